"""`python -m workloads.bench`: the benchmark without its reports, as a job on a cluster runs it.

Says on standard error what it is doing, and on standard output nothing but one line, the cases; see
`workloads.bench.remote`.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from errors import RayOnAwsError, UsageError
from workloads.bench import harness, remote
from workloads.bench.catalogue import check_engines, check_kinds, named
from workloads.bench.settings import Settings
from workloads.files.cli import INTERRUPTED
from workloads.files.distribute import SUBCLUSTER
from workloads.files.functions import Function
from workloads.files.places import Folder
from workloads.text.generate import SCALES


def main(argv: Sequence[str] | None = None) -> int:
    """Measures what the arguments say; gives the exit code."""
    arguments = _parser().parse_args(argv)
    # A job is stopped by this signal, and its output is to be removed then too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        # Whatever else is printed, by Ray about a cluster that grows for instance, is no result.
        with contextlib.redirect_stdout(sys.stderr):
            cases = harness.run(_settings(arguments), _tell)
    except RayOnAwsError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    print(remote.line(cases), flush=True)
    return 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _settings(arguments: argparse.Namespace) -> Settings:
    workloads = named(arguments.workload)
    for name in workloads:
        if ":" in name:
            Function(name).load()
    kinds = _names(arguments.kind)
    engines = _names(arguments.engines)
    check_kinds(kinds, workloads)
    check_engines(engines, workloads, kinds)
    if arguments.subcluster:
        os.environ[SUBCLUSTER] = arguments.subcluster
    size, scale = _size(arguments)
    storage = _in_s3(arguments.storage) if arguments.storage else None
    return Settings(
        workloads=workloads,
        kinds=kinds,
        size=size,
        scale=scale,
        seed=arguments.seed,
        peers=False,
        engines=engines,
        repeats=arguments.repeats,
        results=_logs() if storage else Path("results").resolve(),
        output=None,
        storage=storage,
        target=arguments.target,
        subcluster=arguments.subcluster,
    )


def _size(arguments: argparse.Namespace) -> tuple[int, str]:
    """How many bytes, and what to call that."""
    if arguments.bytes is not None:
        return arguments.bytes, arguments.scale or f"{arguments.bytes} bytes"
    scale = arguments.scale or "small"
    if scale not in SCALES:
        raise UsageError(
            f"'{scale}' is no scale: choose one of {', '.join(SCALES)}, or say --bytes too"
        )
    return SCALES[scale], scale


def _in_s3(uri: str) -> Folder:
    folder = Folder.of(uri)
    if not folder.in_s3:
        raise UsageError(f"'{uri}' is not in S3: write --storage s3://BUCKET/PREFIX")
    return folder


def _logs() -> Path:
    """Where what engines say is kept on a node, which has no folder of results."""
    return Path(tempfile.gettempdir()) / "ray-on-aws-bench"


def _names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",")] if listed else []


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m workloads.bench", description=__doc__)
    add = parser.add_argument
    add("--target", default="local", help="what the cases call this place (default: %(default)s)")
    add("--storage", default="", metavar="S3", help="for input and output: s3://BUCKET/PREFIX")
    add("--workload", default="text", help="names, families or all (default: %(default)s)")
    add("--kind", default="", help="of data, by commas (default: all that a family has)")
    add("--bytes", type=_positive, metavar="N", help="how much data, instead of what --scale is")
    add("--scale", default="", help="how much data (default: small); with --bytes, its name")
    add("--seed", type=int, default=0, help="of the data (default: %(default)s)")
    add("--engines", default="", help="only these, by commas (default: ours, baseline, floor)")
    add("--repeats", type=_positive, metavar="N", help="measured runs (default: 3)")
    add("--subcluster", default="", help="only nodes with this value of the label ray-subcluster")
    return parser


if __name__ == "__main__":
    sys.exit(main())
