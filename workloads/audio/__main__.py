"""`python -m workloads.audio`: make clips, make features of clips."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from workloads.audio.features import LONGEST_SECONDS, SILENCE_DB
from workloads.audio.job import IN_PARQUET, make_features
from workloads.audio.made import AudioSpec
from workloads.files import cli
from workloads.files.job import Summary


def main(argv: Sequence[str] | None = None) -> int:
    """Does what the arguments say; gives the exit code."""
    arguments = _parser().parse_args(argv)
    job = _generate if arguments.do == "generate" else _features
    return cli.run(lambda: job(arguments))


def _generate(arguments: argparse.Namespace) -> Summary:
    return cli.generate(arguments, AudioSpec)


def _features(arguments: argparse.Namespace) -> Summary:
    return make_features(
        arguments.source,
        arguments.destination,
        column=arguments.column,
        longest=arguments.longest,
        silence_db=arguments.silence_db,
        keep_samples=arguments.keep_samples,
        shape=cli.shape_of(arguments),
        bytes_per_file=arguments.bytes_per_file,
        codec=arguments.codec,
        skip_bad=arguments.skip_bad,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m workloads.audio", description=__doc__)
    commands = parser.add_subparsers(dest="do", required=True)
    cli.add_generate(commands, AudioSpec)
    features = commands.add_parser("features", help="put log-mel features in the place of clips")
    cli.add_places(features)
    cli.add_shape(features)
    _add_features(features)
    return parser


def _add_features(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--column", default=IN_PARQUET, help="of clips, in Parquet (default: %(default)s)"
    )
    parser.add_argument(
        "--longest",
        type=float,
        metavar="SECONDS",
        default=LONGEST_SECONDS,
        help="longer clips are rejected (default: %(default)g)",
    )
    parser.add_argument(
        "--silence-db",
        type=float,
        metavar="DB",
        default=SILENCE_DB,
        help="how far below the loudest 10 ms of a clip is silence (default: %(default)g)",
    )
    parser.add_argument(
        "--keep-samples", action="store_true", help="keep the trimmed samples, at 16 kHz, too"
    )
    parser.add_argument(
        "--bytes-per-file",
        type=int,
        metavar="N",
        help="of files of sound, for each output file (default: 64 MB)",
    )


if __name__ == "__main__":
    sys.exit(main())
