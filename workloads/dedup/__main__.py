"""`python -m workloads.dedup`: leave out duplicates, exact ones or near ones; make a data set."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from workloads.dedup.exact import exact
from workloads.dedup.made import DedupSpec
from workloads.dedup.minhash import DEFAULT, Similarity, minhash
from workloads.files import cli
from workloads.files.job import Summary


def main(argv: Sequence[str] | None = None) -> int:
    """Does what the arguments say; gives the exit code."""
    arguments = _parser().parse_args(argv)
    jobs = {"exact": _exact, "minhash": _minhash, "generate": _generate}
    return cli.run(lambda: jobs[arguments.do](arguments))


def _exact(arguments: argparse.Namespace) -> Summary:
    return exact(
        arguments.source,
        arguments.destination,
        column=arguments.column,
        cleaned=arguments.cleaned,
        codec=arguments.codec,
        skip_bad=arguments.skip_bad,
    )


def _minhash(arguments: argparse.Namespace) -> Summary:
    return minhash(
        arguments.source,
        arguments.destination,
        column=arguments.column,
        similarity=Similarity(
            threshold=arguments.threshold,
            permutations=arguments.permutations,
            size=arguments.size,
            characters=arguments.shingle == "characters",
            cleaned=arguments.cleaned,
            seed=arguments.seed,
        ),
        codec=arguments.codec,
        skip_bad=arguments.skip_bad,
    )


def _generate(arguments: argparse.Namespace) -> Summary:
    return cli.generate(arguments, DedupSpec)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m workloads.dedup", description=__doc__)
    commands = parser.add_subparsers(dest="do", required=True)
    _add_job(commands.add_parser("exact", help="of rows with the same text, keep the first"))
    near = commands.add_parser("minhash", help="of rows with similar texts, keep the first")
    _add_job(near)
    add = near.add_argument
    add(
        "--threshold",
        type=float,
        default=DEFAULT.threshold,
        help="the Jaccard similarity about which texts are found (default: %(default)s)",
    )
    add(
        "--permutations",
        type=int,
        default=DEFAULT.permutations,
        metavar="N",
        help="the most hashes that texts are compared by (default: %(default)s)",
    )
    add(
        "--shingle",
        choices=("words", "characters"),
        default="words",
        help="what texts are compared as runs of (default: %(default)s)",
    )
    add(
        "--size",
        type=int,
        default=DEFAULT.size,
        metavar="N",
        help="how many of these make a run (default: %(default)s)",
    )
    add("--seed", type=int, default=DEFAULT.seed, help="of the hashes (default: %(default)s)")
    cli.add_generate(commands, DedupSpec)
    return parser


def _add_job(parser: argparse.ArgumentParser) -> None:
    cli.add_places(parser)
    parser.add_argument(
        "--column", default="text", help="the column of text (default: %(default)s)"
    )
    parser.add_argument(
        "--cleaned",
        action="store_true",
        help="compare the cleaned texts: Hangul, letters, digits and whitespace, in lower case",
    )
    cli.add_skip_bad(parser)


if __name__ == "__main__":
    sys.exit(main())
