"""`./invoke bench`: workloads measured, beside other ways to do the same work."""

from __future__ import annotations

import json as json_format
import shlex
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from invoke.context import Context

from commands import RESULTS
from commands.command import command
from errors import OutputError, UsageError

if TYPE_CHECKING:
    from workloads.bench.case import Case
    from workloads.bench.harness import Settings, Tell


@command(
    help={
        "workload": "text (all of it), text.generate, text.clean, or module:function of yours",
        "scale": "how much text: smoke 10 MB, small 256 MB, medium 10 GB, large 100 GB",
        "bytes": "how much text, in bytes, instead of --scale",
        "kind": "of text: letters (random ones), mixed (many scripts), or both as letters,mixed",
        "seed": "of the text; the same seed makes the same text on any machine",
        "peers": "measure Polars, DuckDB and Daft too, and compare their results with ours",
        "engines": "only these of ours, baseline, floor, polars, duckdb, daft, as ours,floor; "
        "a peer named here needs no --peers",
        "repeats": "measured runs of each engine, of which the median counts; 0 for the usual 3",
        "json": "write the cases to this file, a list of one object for each",
        "report": "write the HTML report to this file, instead of one under results/",
        "output": "a folder for what is written while measuring, instead of memory or results/",
    }
)
def bench(
    _context: Context,
    workload: str = "text",
    scale: str = "small",
    bytes: int = 0,  # noqa: A002 - the option's name
    kind: str = "letters,mixed",
    seed: int = 0,
    peers: bool = False,
    engines: str = "",
    repeats: int = 0,
    json: str = "",
    report: str = "",
    output: str = "",
) -> None:
    """Measure how fast this machine does a workload: our way, the documents' way, and the floor.

    The input is made once for each size, kind and seed, and kept under results/input. Engines take
    turns; cold is the first run in a new process, warm the median of those after some unmeasured
    ones. Baseline is the documents' way: Ray Data over rows, one re.sub each. Floor reads and
    writes the same files and does nothing in between.
    """
    from workloads.bench import harness
    from workloads.bench.report import write
    from workloads.text.generate import SCALES

    if bytes < 0 or repeats < 0:
        raise UsageError("--bytes and --repeats cannot be negative")
    if not bytes and scale not in SCALES:
        raise UsageError(f"'{scale}' is no scale: choose one of {', '.join(SCALES)}")
    workloads, kinds = _workloads(workload), _kinds(kind)
    settings = harness.Settings(
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
    )
    page = Path(report) if report else RESULTS / f"bench-{datetime.now(UTC):%Y%m%d-%H%M%S}.html"
    for path in (page, *([Path(json)] if json else [])):
        _check_writable(path)
    cases = _measured(settings)
    if json:
        rows = [case.as_row() for case in cases]
        text = json_format.dumps(rows, indent=2, ensure_ascii=False)
        Path(json).write_text(f"{text}\n", encoding="utf-8")
    write(cases, page, command=_command())
    print(f"report: {page}")


def _measured(settings: Settings) -> list[Case]:
    from rich.console import Console

    from workloads.bench import harness, table

    with _ended_as_by_ctrl_c(), _told() as tell:
        cases = harness.run(settings, tell)
    table.show(cases, Console())
    return cases


def _workloads(wanted: str) -> list[str]:
    from workloads.bench.catalogue import workload_names
    from workloads.files.functions import Function

    names = workload_names(wanted)
    for name in names:
        if ":" in name:
            Function(name).load()
    return names


def _kinds(wanted: str) -> Sequence[str]:
    from workloads.bench.catalogue import check_kinds

    kinds = _names(wanted)
    check_kinds(kinds)
    return kinds


def _engines(wanted: str, workloads: Sequence[str], kinds: Sequence[str]) -> Sequence[str]:
    from workloads.bench.catalogue import check_engines

    engines = _names(wanted) if wanted else []
    check_engines(engines, workloads, kinds)
    return engines


def _names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",")]


def _check_writable(path: Path) -> None:
    """Tries to write a file that is written at the end, so that the work is not in vain.

    Raises:
        OutputError: it cannot be written there.
    """
    there = path.exists() or path.is_symlink()
    try:
        if not path.parent.exists():
            path.parent.mkdir(parents=True)
        path.open("ab").close()
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}; name another file") from error
    if not there:
        path.unlink()


def _command() -> str:
    """This call as it was typed; nothing where it came from Python."""
    typed = sys.argv[sys.argv.index("bench") :] if "bench" in sys.argv else []
    return shlex.join(["./invoke", *typed]) if typed else ""


@contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """Lets `kill`, and a terminal that is closed, end the work as tidily as Ctrl-C does."""
    signals = [signal.SIGTERM, signal.SIGHUP]
    before = [signal.getsignal(number) for number in signals]
    for number, handler in zip(signals, before, strict=True):
        if handler is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def _told() -> Iterator[Tell]:
    """A line at a time on standard error; on a terminal, one that is written over."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda line: print(line, file=sys.stderr, flush=True)
        return
    with console.status("") as status:
        yield lambda line: status.update(line)
