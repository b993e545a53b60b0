"""`./invoke build`: the images, for this machine's arch or others."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from invoke.context import Context

from commands import RESULTS
from commands.command import command

if TYPE_CHECKING:
    from images.build import Row


@command(
    help={
        "arch": "amd64, arm64, or both as amd64,arm64; this machine's own where not said",
        "image": "only this one: ray, object-store, instance; several with commas between",
        "fresh": "build every step anew, with Debian's newest packages",
    }
)
def build(_context: Context, arch: str = "", image: str = "", fresh: bool = False) -> None:
    """Build the images, and name them by what is in them."""
    from images import build as building

    rows = building.build(
        names(image),
        names(arch),
        kept=RESULTS,
        tell=lambda line: print(line, flush=True),
        shown=sys.stderr.isatty(),
        cached=not fresh,
    )
    show(rows)


def names(listed: str) -> list[str]:
    """What stands between commas."""
    return [one.strip() for one in listed.split(",") if one.strip()]


def show(rows: Sequence[Row]) -> None:
    """Print the images as a table."""
    from commands.output import table

    cells = [
        (
            row.built.target.image,
            row.built.target.arch,
            f"{row.compressed / 1e6:.0f} MB",
            f"{row.seconds:.1f} s",
            row.built.digest.removeprefix("sha256:")[:12],
            row.built.tags[0],
        )
        for row in rows
    ]
    table(("image", "arch", "compressed", "built in", "digest", "tag"), cells)
