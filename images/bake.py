"""The image graph as docker-bake.hcl states it, and running it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from errors import ServiceError, UsageError
from images.engine import run

ROOT = Path(__file__).parents[1]
FILE = "images/docker-bake.hcl"
PLATFORM = "linux/"
LINES_OF_LOG = 30


@dataclass(frozen=True)
class Target:
    """An image for one arch.

    Attributes:
        name: of the target, `ray-arm64`.
        image: `ray`.
        arch: `arm64`.
        tag: by which the engine of this machine has it, `ray-on-aws/ray:arm64`.
    """

    name: str
    image: str
    arch: str
    tag: str


def targets(images: Sequence[str] = (), arches: Sequence[str] = ()) -> list[Target]:
    """The targets of some images and arches, or of all; the order is that of the file.

    Raises:
        UsageError: there is no such image or arch.
        ServiceError: bake cannot be run.
    """
    printed = json.loads(run(["docker", "buildx", "bake", "--file", FILE, "--print"], cwd=ROOT))
    found = [_target(name, fields) for name, fields in printed["target"].items()]
    for wanted, known, what in (
        (images, {one.image for one in found}, "image"),
        (arches, {one.arch for one in found}, "arch"),
    ):
        if unknown := sorted(set(wanted) - known):
            raise UsageError(
                f"'{', '.join(unknown)}' is no {what}: choose of {', '.join(sorted(known))}"
            )
    return [
        one
        for one in found
        if (not images or one.image in images) and (not arches or one.arch in arches)
    ]


def bake(target: Target, log: Path, *, arguments: Sequence[str] = (), shown: bool = False) -> None:
    """Builds a target.

    Args:
        target: which.
        log: what buildx says goes to this file.
        arguments: of `docker buildx bake` besides.
        shown: whether buildx draws its progress on the terminal instead.

    Raises:
        ServiceError: the build failed.
    """
    progress = "auto" if shown else "plain"
    command = ["docker", "buildx", "bake", "--file", FILE, "--progress", progress]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as file:
        output = None if shown else file
        code = subprocess.run(
            [*command, *arguments, target.name],
            cwd=ROOT,
            env=variables(os.environ),
            stdout=output,
            stderr=output,
            check=False,
        ).returncode
    if code:
        end = [] if shown else log.read_text(errors="replace").splitlines()[-LINES_OF_LOG:]
        raise ServiceError(
            "\n".join([f"{target.name} was not built (docker buildx bake ended with {code})", *end])
        )


def variables(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a build, with what the bake file wants to be told."""
    # What makes Python trust a private authority on this machine is to do so in a build too.
    authority = environ.get("PIP_CERT") or environ.get("SSL_CERT_FILE") or ""
    created = _git("log", "-1", "--format=%cI") or "1970-01-01T00:00:00Z"
    return {"CA": authority, **environ, "COMMIT": commit(), "CREATED": created}


def commit() -> str:
    """The commit of the repository, with `-dirty` where a file differs from it or is new."""
    head = _git("rev-parse", "--short=12", "HEAD")
    if not head:
        return "unknown"
    return f"{head}-dirty" if _git("status", "--porcelain") else head


def _target(name: str, fields: Mapping[str, list[str]]) -> Target:
    arch = fields["platforms"][0].removeprefix(PLATFORM)
    return Target(name, name.removesuffix(f"-{arch}"), arch, fields["tags"][0])


def _git(*arguments: str) -> str:
    """What git prints, stripped; nothing where this folder is no repository of its own."""
    if not (ROOT / ".git").exists():
        return ""
    done = subprocess.run(
        ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
