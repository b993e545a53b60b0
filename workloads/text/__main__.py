"""`python -m workloads.text`: generate text, clean text."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from workloads.files import cli
from workloads.files.job import Summary
from workloads.files.transform import transform
from workloads.text.clean import CLEANED
from workloads.text.generate import TextSpec


def main(argv: Sequence[str] | None = None) -> int:
    """Does what the arguments say; gives the exit code."""
    arguments = _parser().parse_args(argv)
    job = _generate if arguments.do == "generate" else _clean
    return cli.run(lambda: job(arguments))


def _generate(arguments: argparse.Namespace) -> Summary:
    return cli.generate(arguments, TextSpec)


def _clean(arguments: argparse.Namespace) -> Summary:
    return transform(
        arguments.source,
        arguments.destination,
        "workloads.text:clean",
        options={"column": arguments.column, "output": arguments.output},
        shape=cli.shape_of(arguments),
        codec=arguments.codec,
        skip_bad=arguments.skip_bad,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m workloads.text", description=__doc__)
    commands = parser.add_subparsers(dest="do", required=True)
    cli.add_generate(commands, TextSpec)
    cleaning = commands.add_parser("clean", help="add a column of cleaned text")
    cli.add_places(cleaning)
    cleaning.add_argument(
        "--column", default="text", help="the column to clean (default: %(default)s)"
    )
    cleaning.add_argument(
        "--output", default=CLEANED, help="the column to add (default: %(default)s)"
    )
    cli.add_shape(cleaning)
    return parser


if __name__ == "__main__":
    sys.exit(main())
