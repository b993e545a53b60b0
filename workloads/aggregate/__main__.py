"""`python -m workloads.aggregate`: figures of each label, or rows shuffled by a key."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from workloads.aggregate.labels import labels
from workloads.aggregate.shuffle import shuffle
from workloads.files import cli
from workloads.files.job import Summary


def main(argv: Sequence[str] | None = None) -> int:
    """Does what the arguments say; gives the exit code."""
    arguments = _parser().parse_args(argv)
    job = _labels if arguments.do == "labels" else _shuffle
    return cli.run(lambda: job(arguments))


def _labels(arguments: argparse.Namespace) -> Summary:
    return labels(
        arguments.source,
        arguments.destination,
        key=arguments.key,
        column=arguments.column,
        codec=arguments.codec,
        skip_bad=arguments.skip_bad,
    )


def _shuffle(arguments: argparse.Namespace) -> Summary:
    return shuffle(
        arguments.source,
        arguments.destination,
        key=arguments.key,
        files=arguments.files,
        codec=arguments.codec,
        skip_bad=arguments.skip_bad,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m workloads.aggregate", description=__doc__)
    commands = parser.add_subparsers(dest="do", required=True)
    counting = commands.add_parser("labels", help="count and measure the texts of each label")
    moving = commands.add_parser("shuffle", help="write rows with the same key to the same file")
    for command in (counting, moving):
        cli.add_places(command)
        command.add_argument(
            "--key", default="label", help="the column to go by (default: %(default)s)"
        )
        cli.add_skip_bad(command)
    counting.add_argument(
        "--column", default="text", help="the column of text (default: %(default)s)"
    )
    moving.add_argument(
        "--files", type=int, metavar="N", help="how many to write (default: as many as there are)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
