"""Building images with the engine of this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from errors import ServiceError
from images import base, tags
from images.bake import Target, bake, targets
from images.built import REVISION, Built, compressed_bytes, find
from images.engine import Engine

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Row:
    """An image that was built: what it is, how large, and how long it took.

    Attributes:
        built: the image.
        compressed: bytes of its layers, compressed.
        seconds: of the build, without those of the base.
    """

    built: Built
    compressed: int
    seconds: float


def build(
    images: Sequence[str],
    arches: Sequence[str],
    *,
    kept: Path,
    tell: Tell,
    shown: bool = False,
    cached: bool = True,
) -> list[Row]:
    """Builds images, one after the other, and tags each with what is measured in it.

    Args:
        images: names; empty for all.
        arches: `amd64`, `arm64`; empty for the engine's own.
        kept: a folder for logs and bootstrapped bases.
        tell: is given a line on what is done.
        shown: whether buildx draws its progress on the terminal.
        cached: whether layers of earlier builds count.

    Raises:
        UsageError: there is no such image or arch.
        ServiceError: no engine, no emulation for an arch, or the build failed.
    """
    engine = Engine()
    wanted = targets(images, arches or [engine.arch])
    for arch in dict.fromkeys(target.arch for target in wanted):
        check_emulation(engine, arch)
    base.ensure(engine, sorted({one.arch for one in wanted} | {engine.arch}), kept / "base", tell)
    rows = []
    for target in wanted:
        how = "" if target.arch == engine.arch else f", emulated on {engine.arch}"
        tell(f"building {target.name}{how}")
        begin = time.monotonic()
        arguments = ["--load", *([] if cached else ["--no-cache"])]
        bake(target, kept / "logs" / f"build-{target.name}.log", arguments=arguments, shown=shown)
        seconds = time.monotonic() - begin
        tell(f"built {target.name} in {seconds:.1f} s")
        rows.append(Row(tag(engine, target), compressed_bytes(find(engine, target)), seconds))
    return rows


def tag(engine: Engine, target: Target) -> Built:
    """Gives a built image the tags that say what is in it.

    Raises:
        ServiceError: it was not built, or does not run.
    """
    image = find(engine, target)
    name = tags.measured(engine, image, target.image)
    image.tag(target.tag.rpartition(":")[0], name)
    return Built(target, str(image.id), image.labels.get(REVISION, "unknown"), (name,))


def check_emulation(engine: Engine, arch: str) -> None:
    """Raises ServiceError where containers of an arch cannot run."""
    if not engine.runs(arch):
        raise ServiceError(
            f"this machine does not emulate {arch}: on Debian, apt-get install qemu-user-static "
            "binfmt-support, and see ./invoke doctor"
        )
