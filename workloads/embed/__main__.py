"""`python -m workloads.embed`: make sentences, make vectors of sentences, look at the CPU."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import pyarrow.compute as pc
import pyarrow.dataset as ds

from workloads.embed import settings
from workloads.embed.job import make_vectors
from workloads.embed.made import SentenceSpec
from workloads.embed.models import DEFAULT, HUB, folder_of, pinned
from workloads.embed.sentences import LONG, TRUNCATED, VECTOR
from workloads.files import cli
from workloads.files.failures import explained
from workloads.files.job import Summary
from workloads.files.places import Folder
from workloads.machine import instructions
from workloads.machine.instructions import PRECISIONS

BYTES = 1_000_000


def main(argv: Sequence[str] | None = None) -> int:
    """Does what the arguments say; gives the exit code."""
    arguments = _parser().parse_args(argv)
    if arguments.do == "cpu":
        return _tell_cpu()
    job = _generate if arguments.do == "generate" else _sentences
    return cli.run(lambda: job(arguments))


def _generate(arguments: argparse.Namespace) -> Summary:
    return cli.generate(arguments, SentenceSpec)


def _sentences(arguments: argparse.Namespace) -> Summary:
    summary = make_vectors(
        arguments.source,
        arguments.destination,
        column=arguments.column,
        output=arguments.output,
        model=arguments.model,
        precision=arguments.precision,
        too_long=arguments.too_long,
        cpus=arguments.cpus,
        shape=cli.shape_of(arguments),
        codec=arguments.codec,
        skip_bad=arguments.skip_bad,
    )
    if cut := _cut(Folder.of(arguments.destination)):
        limit = settings.read(folder_of(pinned(arguments.model))).limit
        print(f"{cut:,} texts of more than {limit} tokens were cut: see column {TRUNCATED}")
    return summary


def _cut(folder: Folder) -> int:
    """How many of all the texts in a folder of results were cut."""
    with explained(folder.uri):
        files = [folder.path(file.name) for file in folder.files()]
        result = ds.dataset(files, format="parquet", filesystem=folder.filesystem())
        return int(result.count_rows(filter=pc.field(TRUNCATED)) if files else 0)


def _tell_cpu() -> int:
    told = instructions.describe()
    lines = {
        "arch": told["arch"],
        "has": " ".join(told["sets"]) or "(not known on this system)",
        "library": told["library"],
        **{f"uses for {name}": used or "(not known)" for name, used in told["used"].items()},
    }
    for name, value in lines.items():
        print(f"{name:<18}{value}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m workloads.embed", description=__doc__)
    commands = parser.add_subparsers(dest="do", required=True)
    cli.add_generate(commands, SentenceSpec, size=BYTES)
    _add_sentences(commands.add_parser("sentences", help="add a column of vectors"))
    commands.add_parser(
        "cpu", help="say which instruction sets this machine has, and which are used"
    )
    return parser


def _add_sentences(parser: argparse.ArgumentParser) -> None:
    cli.add_places(parser)
    parser.add_argument(
        "--column", default="text", help="the column with the sentences (default: %(default)s)"
    )
    parser.add_argument("--output", default=VECTOR, help="the column to add (default: %(default)s)")
    parser.add_argument(
        "--model",
        default=DEFAULT,
        help=f"a folder as on the Hugging Face hub, or {HUB}OWNER/NAME@REVISION "
        "(default: %(default)s, which is here already)",
    )
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        default="float32",
        help="int8 is faster and less exact; bfloat16 is so on Arm, where the CPU has it "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--too-long",
        choices=LONG,
        default="truncate",
        help="what becomes of texts of more tokens than the model takes (default: %(default)s)",
    )
    parser.add_argument("--cpus", type=int, metavar="N", help="that each task takes (default: 1)")
    cli.add_shape(parser)


if __name__ == "__main__":
    sys.exit(main())
