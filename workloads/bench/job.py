"""What the benchmark's programs on a cluster have in common: arguments, and how they answer."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from errors import RayOnAwsError, UsageError
from workloads.bench import remote
from workloads.bench.case import Case
from workloads.bench.catalogue import check_engines, check_kinds, named
from workloads.bench.settings import Settings
from workloads.files.cli import INTERRUPTED
from workloads.files.distribute import SUBCLUSTER
from workloads.files.functions import Function
from workloads.files.making import bytes_of
from workloads.files.places import Folder


def measured(measure: Callable[[], Sequence[Case]]) -> int:
    """Prints the cases that something measures, or why there are none; gives the exit code."""
    # A job is stopped by this signal, and its output is to be removed then too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        # Whatever else is printed, by Ray about a cluster that grows for instance, is no result.
        with contextlib.redirect_stdout(sys.stderr):
            cases = measure()
    except RayOnAwsError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    print(remote.line(cases), flush=True)
    return 0


def tell(line: str) -> None:
    """A line on what is being done."""
    print(line, file=sys.stderr, flush=True)


def settings(arguments: argparse.Namespace) -> Settings:
    """What the arguments of `parser` say.

    Raises:
        UsageError: something that there is not.
    """
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
    return bytes_of(scale), scale


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


def parser(program: str, description: str | None) -> argparse.ArgumentParser:
    """What reads the arguments that say what to measure."""
    made = argparse.ArgumentParser(program, description=description)
    add = made.add_argument
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
    return made
