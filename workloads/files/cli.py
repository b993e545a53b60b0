"""What the command lines of the workloads have in common."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from errors import RayOnAwsError
from workloads.files import making
from workloads.files.job import Summary
from workloads.files.making import SCALES, Made
from workloads.files.parquet import CODECS
from workloads.files.shapes import Shape

INTERRUPTED = 130

M = TypeVar("M", bound=Made)


def add_places(parser: argparse.ArgumentParser) -> None:
    """Adds the input and the output."""
    parser.add_argument(
        "source",
        help="a folder of Parquet files, or one file: a path or s3://BUCKET/FOLDER, "
        "or s3://anonymous@BUCKET/FOLDER of a public bucket",
    )
    add_destination(parser)


def add_destination(parser: argparse.ArgumentParser) -> None:
    """Adds the output folder and its codec."""
    parser.add_argument(
        "destination",
        help="the folder to write to: a path or s3://BUCKET/FOLDER; "
        "the same one again continues a run that was stopped",
    )
    parser.add_argument(
        "--codec", choices=CODECS, default="snappy", help="of the output (default: %(default)s)"
    )


def add_shape(parser: argparse.ArgumentParser) -> None:
    """Adds the shape of the output, and what to do about bad files."""
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument(
        "--rows-per-file", type=int, metavar="N", help="cut the output into files of N rows"
    )
    shape.add_argument("--files", type=int, metavar="N", help="cut the output into N equal files")
    add_skip_bad(parser)


def add_skip_bad(parser: argparse.ArgumentParser) -> None:
    """Adds what to do about bad files."""
    parser.add_argument(
        "--skip-bad", action="store_true", help="leave out files that cannot be read; list them"
    )


def add_generate(commands: Any, spec: type[Made], size: int | str = "small") -> None:
    """Adds the command `generate`.

    Args:
        commands: what `add_subparsers` gave.
        spec: what it makes.
        size: how much if nothing is said, as `Made.sized` takes it.
    """
    parser = commands.add_parser("generate", help=f"write a data set of {spec.noun}")
    add_destination(parser)
    sizes = parser.add_mutually_exclusive_group()
    usual = f"{size:,} bytes" if isinstance(size, int) else size
    add = sizes.add_argument
    add("--scale", choices=SCALES, dest="size", help=f"how much (default: {usual})")
    add("--bytes", type=int, metavar="N", dest="size", help="how much, in bytes")
    parser.add_argument(
        "--kind", choices=spec.mean_bytes, default=spec.kind, help="(default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of all randomness (default: 0)")
    # Not as the default of these two, which argparse would make a number of for the second.
    parser.set_defaults(usual_size=size)


def generate(arguments: argparse.Namespace, spec: type[Made]) -> Summary:
    """Makes the data set that the arguments of the command `generate` ask for."""
    return making.generate(arguments.destination, spec_of(arguments, spec), codec=arguments.codec)


def spec_of(arguments: argparse.Namespace, spec: type[M]) -> M:
    """The data set that the arguments of `generate` ask for."""
    size = arguments.usual_size if arguments.size is None else arguments.size
    return spec.sized(size, arguments.kind, arguments.seed)


def shape_of(arguments: argparse.Namespace) -> Shape:
    """The shape that the arguments ask for: a file for a file, unless they say otherwise."""
    return Shape(rows_per_file=arguments.rows_per_file, files=arguments.files)


def run(job: Callable[[], Summary]) -> int:
    """Runs a job, tells what came of it, and gives the exit code of the process."""
    try:
        tell(job())
    except RayOnAwsError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted: the same command again goes on from here", file=sys.stderr)
        return INTERRUPTED
    return 0


def tell(summary: Summary) -> None:
    """Prints what came of a job."""
    for reason in summary.skipped:
        print(f"left out: {reason}", file=sys.stderr)
    done = f"{summary.written} {'file' if summary.written == 1 else 'files'} written"
    if summary.already_there:
        done += f", {summary.already_there} were there already"
    if summary.skipped:
        done += f", {len(summary.skipped)} left out"
    print(
        f"{done}; {summary.rows_out:,} rows, {summary.bytes_out / 1e6:,.1f} MB "
        f"in {summary.seconds:.1f} s"
    )
    if summary.rejected:
        reasons = ", ".join(f"{reason} {rows:,}" for reason, rows in summary.rejected.items())
        print(
            f"{sum(summary.rejected.values()):,} rows rejected ({reasons}); "
            "each is in the output folder's _rejected"
        )
    spent = summary.read_seconds + summary.work_seconds + summary.write_seconds
    if spent:
        print(
            f"of the cores' time: reading {summary.read_seconds / spent:.0%}, "
            f"the work itself {summary.work_seconds / spent:.0%}, "
            f"writing {summary.write_seconds / spent:.0%}"
        )
