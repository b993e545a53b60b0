"""Files of this machine that the config names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cluster.planning.checks.cluster import Cluster
from cluster.planning.checks.registry import Problem, finds
from cluster.planning.checks.values import mapping, placeholder, text
from cluster.planning.source import Key


@finds(
    "file-missing",
    "error",
    "A file or folder of this machine that is not there",
    why="ray up ends with FileNotFoundError, for file_mounts with a head that runs and is paid for",
)
def missing(cluster: Cluster) -> Iterator[Problem]:
    """Files to copy, and keys, whose path does not depend on where ray up is typed."""
    for keys, said in named(cluster):
        path = text(said)
        if not path.startswith(("/", "~")) or placeholder(path) or "\0" in path:
            continue
        if not exists(path):
            yield Problem(
                keys=keys,
                what=f"there is no {path}",
                remedy="name one that is there, or remove the entry",
            )


def named(cluster: Cluster) -> Iterator[tuple[tuple[Key, ...], object]]:
    """The local paths, and where they stand."""
    for remote, local in mapping(cluster.config.get("file_mounts")).items():
        yield ("file_mounts", remote), local
    for key in ("ssh_private_key", "ssh_public_key"):
        yield ("auth", key), mapping(cluster.config.get("auth")).get(key)


def exists(path: str) -> bool:
    """Whether it is there; where nobody can tell, it is taken to be."""
    try:
        return Path(path).expanduser().exists()
    except (OSError, RuntimeError):
        # Nobody has such a home folder, or its folder may not be entered.
        return True
