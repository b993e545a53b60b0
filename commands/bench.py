"""`./invoke bench`: workloads measured, beside other ways to do the same work."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from invoke.context import Context

from commands import RESULTS, choosing
from commands.benching.written import write_rows
from commands.command import command
from commands.long import Tell, ended_as_by_ctrl_c, told
from commands.output import check_writable, typed
from errors import UsageError

if TYPE_CHECKING:
    from cluster.launched import Launched
    from workloads.bench.case import Case
    from workloads.bench.settings import Settings


@command(
    help={
        "workload": "text, image, audio, embed, dedup or aggregate (all of a family), all, one as "
        "text.clean, or module:function of yours; several by commas",
        "scale": "how much data: smoke 10 MB, small 256 MB, medium 10 GB, large 100 GB; a workload "
        "that is slow has less of it",
        "bytes": "how much data, in bytes, instead of --scale",
        "kind": "of data, such as letters (random ones) or mixed (many scripts) of text; all that "
        "there are, if not said",
        "seed": "of the data; the same seed makes the same data on any machine",
        "peers": "measure Polars, DuckDB, Daft and Spark too, where they do the same and are "
        "installed, and compare their results with ours",
        "engines": "only these of ours, baseline, floor, float32, polars, duckdb, daft, spark, by "
        "commas; a peer named here needs no --peers",
        "repeats": "measured runs of each engine, of which the median counts; 0 for the usual 3",
        "untuned": "let ours go by its defaults, whatever ./invoke tune has found",
        "json": "write the cases to this file, a list of one object for each",
        "report": "write the HTML report to this file, instead of one under results/",
        "output": "a folder for what is written while measuring, instead of memory or results/",
        "target": "where: local, or compose; the cluster that is launched, or else local, if not "
        "said",
        "subcluster": "of a cluster, only nodes with this label ray-subcluster, or all; where some "
        "are emulated, those that are not, if not said",
        "cluster": "compare the pools of the cluster that is launched of this config, such as "
        "architectures, by what ours does on each: a second, a vCPU and a dollar",
        "region": "of the prices on EC2; that of the cluster, or us-east-1, if not said",
        "live": "ask AWS for prices, which needs credentials; those of a snapshot, if not said",
    }
)
def bench(
    _context: Context,
    workload: str = "text",
    scale: str = "small",
    bytes: int = 0,  # noqa: A002 - the option's name
    kind: str = "",
    seed: int = 0,
    peers: bool = False,
    engines: str = "",
    repeats: int = 0,
    untuned: bool = False,
    json: str = "",
    report: str = "",
    output: str = "",
    target: str = "",
    subcluster: str = "",
    cluster: str = "",
    region: str = "",
    live: bool = False,
) -> None:
    """Measure how fast this machine does a workload: our way, the documents' way, and the floor.

    On a cluster that is launched, it is a job there, which reads and writes the cluster's S3.
    The input is made once for each size, kind and seed, and kept under results/input, or in S3.
    Engines take turns, but not on a cluster; cold is the first run in a new process, warm the
    median of those after some unmeasured ones. Baseline is the documents' way, plain Ray Data, as
    one re.sub a row of text. Floor reads and writes the same files and does nothing in between.
    With --cluster, pools of nodes are compared, not engines: see docs/architectures.md.
    """
    from commands.benching.pools import check_name
    from commands.tuning.handing_on import nothing
    from workloads.bench.settings import Settings

    if repeats < 0:
        raise UsageError("--repeats cannot be negative")
    size, called = choosing.size(bytes, scale)
    launched = choosing.place(target, subcluster, output)
    if cluster:
        launched = check_name(launched, cluster)
        if peers or subcluster or engines not in ("", "ours"):
            raise UsageError(
                "--cluster measures ours on every pool: leave out --peers, --engines, --subcluster"
            )
    workloads = choosing.workloads(workload)
    kinds = choosing.kinds(kind, workloads)
    settings = Settings(
        workloads=workloads,
        kinds=kinds,
        size=size,
        scale=called,
        seed=seed,
        peers=peers,
        engines=_engines(engines, workloads, kinds),
        repeats=repeats or None,
        results=RESULTS,
        output=Path(output).resolve() if output else None,
        **(choosing.settings_of(launched, subcluster) if launched else {}),
    )
    files = _files(report, json)
    prices = Prices(region or _region(launched), live=live)
    with nothing() if untuned else nullcontext():
        if cluster and launched:
            _compare(settings, launched, prices, files)
        else:
            _measure(settings, launched, prices, files)
    print(f"report: {files.page}")


@dataclass(frozen=True)
class Prices:
    """Where prices are from."""

    region: str
    live: bool


@dataclass(frozen=True)
class Files:
    """What is written: the report, and the rows if they are wanted."""

    page: Path
    rows: Path | None


def _files(report: str, json: str) -> Files:
    """The files, seen to be ones that can be written."""
    page = Path(report) if report else RESULTS / f"bench-{datetime.now(UTC):%Y%m%d-%H%M%S}.html"
    files = Files(page, Path(json) if json else None)
    for path in filter(None, (files.page, files.rows)):
        check_writable(path)
    return files


def _measure(settings: Settings, cluster: Launched | None, prices: Prices, files: Files) -> None:
    """Measures engines beside each other, and shows and writes what came out."""
    from rich.console import Console

    from commands.benching.pricing import priced
    from workloads.bench import table
    from workloads.bench.catalogue import left_out
    from workloads.bench.report import write

    missing = left_out(settings.workloads, peers=settings.peers, engines=settings.engines)
    measured = _measured(settings, cluster)
    cases, about_prices = priced(measured, prices.region, live=prices.live)
    table.show(cases, Console())
    _note([*missing, *about_prices])
    if files.rows:
        write_rows([case.as_row() for case in cases], files.rows)
    write(cases, files.page, command=typed("bench"))


def _compare(settings: Settings, cluster: Launched, prices: Prices, files: Files) -> None:
    """Measures ours on the pools of a cluster, and shows and writes what came out."""
    from rich.console import Console

    from commands.benching.architectures import compare
    from workloads.bench.architectures import report, table

    with ended_as_by_ctrl_c(), told() as tell:
        findings, notes = compare(settings, cluster, tell, region=prices.region, live=prices.live)
    table.show(findings, Console())
    _note(notes)
    if files.rows:
        write_rows(findings.rows, files.rows)
    report.write(findings, files.page, command=typed("bench"))


def _note(notes: Sequence[str]) -> None:
    for note in notes:
        print(f"note: {note}", file=sys.stderr)


def _measured(settings: Settings, cluster: Launched | None) -> list[Case]:
    from cluster.reach import reached
    from workloads.bench import harness

    with ended_as_by_ctrl_c(), told() as tell:
        if cluster is None:
            return harness.run(settings, tell)
        with reached(cluster) as near:
            return _measured_there(settings, near, tell)


def _region(cluster: Launched | None) -> str:
    """That of the prices, where nobody says another."""
    from commands.plan import DEFAULT_REGION

    return cluster.remote.region if cluster and cluster.remote else DEFAULT_REGION


def _measured_there(settings: Settings, cluster: Launched, tell: Tell) -> list[Case]:
    """The same, as a job on a cluster."""
    from commands.benching.there import cases_of
    from commands.tuning.handing_on import variables
    from workloads.bench import remote

    if settings.subcluster:
        tell(f"on the nodes of subcluster {settings.subcluster}; --subcluster names others")
    return cases_of(
        "workloads.bench",
        remote.arguments(settings),
        settings.workloads,
        cluster,
        tell,
        variables(cluster, settings.subcluster),
    )


def _engines(wanted: str, workloads: Sequence[str], kinds: Sequence[str]) -> Sequence[str]:
    from workloads.bench.catalogue import check_engines

    engines = choosing.names(wanted)
    check_engines(engines, workloads, kinds)
    return engines
