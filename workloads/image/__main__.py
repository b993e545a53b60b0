"""`python -m workloads.image`: generate images, make tensors of images."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from workloads.files import cli
from workloads.files.columns import BYTES
from workloads.files.job import Summary
from workloads.image.fit import FITS
from workloads.image.job import DEFAULTS, make_tensors
from workloads.image.made import ImageSpec
from workloads.image.options import BYTES_PER_VALUE, Options


def main(argv: Sequence[str] | None = None) -> int:
    """Does what the arguments say; gives the exit code."""
    arguments = _parser().parse_args(argv)
    job = _generate if arguments.do == "generate" else _tensors
    return cli.run(lambda: job(arguments))


def _generate(arguments: argparse.Namespace) -> Summary:
    return cli.generate(arguments, ImageSpec)


def _tensors(arguments: argparse.Namespace) -> Summary:
    options = Options(
        size=arguments.size,
        fit=arguments.fit,
        dtype=arguments.dtype,
        mean=arguments.mean,
        std=arguments.std,
        background=arguments.background,
        most_pixels=arguments.most_pixels,
    )
    return make_tensors(
        arguments.source,
        arguments.destination,
        options,
        column=arguments.column,
        prefix=arguments.prefix,
        keep_encoded=arguments.keep_encoded,
        shape=cli.shape_of(arguments),
        bytes_per_file=arguments.bytes_per_file,
        codec=arguments.codec,
        skip_bad=arguments.skip_bad,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m workloads.image", description=__doc__)
    commands = parser.add_subparsers(dest="do", required=True)
    cli.add_generate(commands, ImageSpec)
    tensors = commands.add_parser("tensors", help="decode images and make tensors of one shape")
    cli.add_places(tensors)
    cli.add_shape(tensors)
    _add_tensors(tensors)
    return parser


def _add_tensors(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--size", type=int, default=DEFAULTS.size, help="in pixels (default: %(default)s)")
    add("--fit", choices=FITS, default=DEFAULTS.fit, help="the square (default: %(default)s)")
    add(
        "--dtype",
        choices=BYTES_PER_VALUE,
        default=DEFAULTS.dtype,
        help="of the tensors: 0 to 255, or normalised by mean and std (default: %(default)s)",
    )
    three: dict[str, Any] = {"nargs": 3, "metavar": ("R", "G", "B")}
    add("--mean", type=float, default=DEFAULTS.mean, help="for float32 (ImageNet's)", **three)
    add("--std", type=float, default=DEFAULTS.std, help="for float32 (ImageNet's)", **three)
    add(
        "--background",
        type=int,
        default=DEFAULTS.background,
        help="behind what has alpha or is padded, 0 to 255 each (default: white)",
        **three,
    )
    add(
        "--most-pixels",
        type=int,
        metavar="N",
        default=DEFAULTS.most_pixels,
        help="larger images are rejected (default: %(default)s)",
    )
    add("--column", default=BYTES, help="of the images (default: %(default)s)")
    add("--prefix", default="", help="of the columns added (default: none)")
    add("--keep-encoded", action="store_true", help="keep the images as they were, too")
    add(
        "--bytes-per-file",
        type=int,
        metavar="N",
        help="of image files, for each output file (default: 64 MB)",
    )


if __name__ == "__main__":
    sys.exit(main())
