"""`python -m workloads.files`: apply a function of yours to every row of some Parquet files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from workloads.files import cli
from workloads.files.transform import transform


def main(argv: Sequence[str] | None = None) -> int:
    """Does what the arguments say; gives the exit code."""
    parser = argparse.ArgumentParser("python -m workloads.files", description=__doc__)
    parser.add_argument(
        "function", help="module:function, from a pyarrow.Table of some rows to a pyarrow.Table"
    )
    cli.add_places(parser)
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        type=_option,
        help="passed to the function by keyword, as text; may be given several times",
    )
    cli.add_shape(parser)
    arguments = parser.parse_args(argv)
    return cli.run(
        lambda: transform(
            arguments.source,
            arguments.destination,
            arguments.function,
            options=dict(arguments.option),
            shape=cli.shape_of(arguments),
            codec=arguments.codec,
            skip_bad=arguments.skip_bad,
        )
    )


def _option(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"'{text}' is not NAME=VALUE")
    return name, value


if __name__ == "__main__":
    sys.exit(main())
