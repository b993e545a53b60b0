"""Building the images that a cluster is of, where the engine does not have them."""

from __future__ import annotations

from collections.abc import Collection

from commands import RESULTS
from commands.build import show
from images import build
from images.bake import Target, targets
from images.engine import Engine


def ensure(engine: Engine, wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The tags of images, each by its name and arch; those that are missing are built.

    Raises:
        ServiceError: one does not build.
    """
    found = [one for one in targets() if (one.image, one.arch) in wanted]
    for target in found:
        if not engine.has_image(target.tag):
            _build(target)
    return {(one.image, one.arch): one.tag for one in found}


def _build(target: Target) -> None:
    print(f"{target.tag} is not built yet", flush=True)
    show(
        build.build(
            [target.image],
            [target.arch],
            kept=RESULTS,
            tell=lambda line: print(line, flush=True),
        )
    )
