"""`./invoke bench`: workloads measured, beside other ways to do the same work."""

from __future__ import annotations

import json as json_format
import shlex
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from invoke.context import Context

from commands import RESULTS, choosing
from commands.command import command
from commands.long import ended_as_by_ctrl_c, told
from commands.output import check_writable, typed
from commands.upload import module_files, uploaded
from errors import ServiceError, UsageError

if TYPE_CHECKING:
    from cluster.launched import Launched
    from workloads.bench.case import Case
    from workloads.bench.harness import Tell
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
        "engines": "only these of ours, baseline, floor, polars, duckdb, daft, spark, by commas; a "
        "peer named here needs no --peers",
        "repeats": "measured runs of each engine, of which the median counts; 0 for the usual 3",
        "untuned": "let ours go by its defaults, whatever ./invoke tune has found",
        "json": "write the cases to this file, a list of one object for each",
        "report": "write the HTML report to this file, instead of one under results/",
        "output": "a folder for what is written while measuring, instead of memory or results/",
        "target": "where: local, or compose; the cluster that is launched, or else local, if not "
        "said",
        "subcluster": "of a cluster, only nodes with this label ray-subcluster, or all; where some "
        "are emulated, those that are not, if not said",
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
    region: str = "",
    live: bool = False,
) -> None:
    """Measure how fast this machine does a workload: our way, the documents' way, and the floor.

    On a cluster that is launched, it is a job there, which reads and writes the cluster's S3.
    The input is made once for each size, kind and seed, and kept under results/input, or in S3.
    Engines take turns, but not on a cluster; cold is the first run in a new process, warm the
    median of those after some unmeasured ones. Baseline is the documents' way, plain Ray Data, as
    one re.sub a row of text. Floor reads and writes the same files and does nothing in between.
    """
    from commands.benching.pricing import priced
    from commands.tuning.handing_on import nothing
    from workloads.bench.catalogue import left_out
    from workloads.bench.report import write
    from workloads.bench.settings import Settings
    from workloads.text.generate import SCALES

    if bytes < 0 or repeats < 0:
        raise UsageError("--bytes and --repeats cannot be negative")
    if not bytes and scale not in SCALES:
        raise UsageError(f"'{scale}' is no scale: choose one of {', '.join(SCALES)}")
    cluster = choosing.cluster(target)
    if cluster is None and subcluster:
        raise UsageError("--subcluster is of a cluster, and this is target local")
    if cluster is not None and output:
        raise UsageError("--output is of target local: a cluster writes to its S3")
    workloads = choosing.workloads(workload)
    kinds = choosing.kinds(kind, workloads)
    settings = Settings(
        workloads=workloads,
        kinds=kinds,
        size=bytes or SCALES[scale],
        scale=f"{bytes} bytes" if bytes else scale,
        seed=seed,
        peers=peers,
        engines=_engines(engines, workloads, kinds),
        repeats=repeats or None,
        results=RESULTS,
        output=Path(output).resolve() if output else None,
        **(choosing.settings_of(cluster, subcluster) if cluster else {}),
    )
    page = Path(report) if report else RESULTS / f"bench-{datetime.now(UTC):%Y%m%d-%H%M%S}.html"
    for path in (page, *([Path(json)] if json else [])):
        check_writable(path)
    notes = left_out(workloads, peers=peers, engines=settings.engines)
    with nothing() if untuned else nullcontext():
        measured = _measured(settings, cluster)
    cases, about_prices = priced(measured, region or _region(cluster), live=live)
    _show(cases, [*notes, *about_prices])
    if json:
        rows = [case.as_row() for case in cases]
        text = json_format.dumps(rows, indent=2, ensure_ascii=False)
        Path(json).write_text(f"{text}\n", encoding="utf-8")
    write(cases, page, command=typed("bench"))
    print(f"report: {page}")


def _measured(settings: Settings, cluster: Launched | None) -> list[Case]:
    from cluster.reach import reached
    from workloads.bench import harness

    with ended_as_by_ctrl_c(), told() as tell:
        if cluster is None:
            return harness.run(settings, tell)
        with reached(cluster) as near:
            return _measured_there(settings, near, tell)


def _show(cases: Sequence[Case], notes: Sequence[str]) -> None:
    from rich.console import Console

    from workloads.bench import table

    table.show(cases, Console())
    for note in notes:
        print(f"note: {note}", file=sys.stderr)


def _region(cluster: Launched | None) -> str:
    """That of the prices, where nobody says another."""
    from commands.plan import DEFAULT_REGION

    return cluster.remote.region if cluster and cluster.remote else DEFAULT_REGION


def _measured_there(settings: Settings, cluster: Launched, tell: Tell) -> list[Case]:
    """The same, as a job on a cluster.

    Raises:
        ServiceError: the job failed.
    """
    from cluster import jobs
    from commands.tuning.handing_on import variables
    from workloads.bench import remote

    if settings.subcluster:
        tell(f"on the nodes of subcluster {settings.subcluster}; --subcluster names others")
    found: list[Case] = []

    def hear(line: str) -> None:
        cases = remote.cases(line)
        if cases is None:
            tell(line)
        else:
            found.extend(cases)

    command = shlex.join(["python", "-m", "workloads.bench", *remote.arguments(settings)])
    modules = [name.partition(":")[0] for name in settings.workloads if ":" in name]
    with uploaded([file for name in modules for file in module_files(name)], "") as folder:
        job = jobs.Job(command, folder, variables(cluster, settings.subcluster))
        code = jobs.run(cluster, job, hear)
    if code:
        raise ServiceError(f"the benchmark's job on the cluster ended with {code}; see above")
    if not found:
        raise ServiceError("the benchmark's job on the cluster gave no result; see above")
    return found


def _engines(wanted: str, workloads: Sequence[str], kinds: Sequence[str]) -> Sequence[str]:
    from workloads.bench.catalogue import check_engines

    engines = choosing.names(wanted)
    check_engines(engines, workloads, kinds)
    return engines
