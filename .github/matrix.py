"""From `docker buildx bake --print`, on stdin, to the matrix of images.yml: a row for each arch."""

from __future__ import annotations

import json
import sys
from typing import Any

# GitHub's own machines, so that nothing is emulated.
RUNNERS = {"amd64": "ubuntu-24.04", "arm64": "ubuntu-24.04-arm"}


def matrix(bake: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows: an arch, the runner for it, and the images that bake's default group has for it.

    Raises:
        ValueError: a target is not `<image>-<arch>` for one platform with a runner.
    """
    images: dict[str, list[str]] = {}
    for name in members(bake.get("group", {}), "default"):
        platforms = bake["target"][name].get("platforms", [])
        image, _, arch = name.rpartition("-")
        if not image or arch not in RUNNERS or platforms != [f"linux/{arch}"]:
            raise ValueError(
                f"target {name} has platforms {platforms}: it must be named <image>-<arch> and "
                f"have the one platform linux/<arch>, an arch of {', '.join(RUNNERS)}"
            )
        images.setdefault(arch, []).append(image)
    if not images:
        raise ValueError("bake's default group is empty")
    return [
        {"arch": arch, "runner": RUNNERS[arch], "images": sorted(images[arch])}
        for arch in sorted(images)
    ]


def members(groups: dict[str, Any], name: str) -> list[str]:
    """The targets of a group and of the groups in it; a target is its own only member."""
    if name not in groups:
        return [name]
    nested = (members(groups, each) for each in groups[name]["targets"])
    return list(dict.fromkeys(each for names in nested for each in names))


if __name__ == "__main__":
    try:
        rows = matrix(json.load(sys.stdin))
    except ValueError as error:
        sys.exit(f"error: {error}")
    print(f"matrix={json.dumps({'include': rows})}")
