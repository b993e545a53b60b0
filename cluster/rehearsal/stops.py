"""Notices when somebody runs `ray stop` on this machine.

It ends processes by name, all that it sees, and a machine sees those of its containers: every Ray
of the rehearsal is gone, without a word. Nobody can be kept from it, but what happened can be told.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

PROC = Path("/proc")


class Stops:
    """Looks for `ray stop` among the processes of this machine."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def new(self) -> list[int]:
        """The numbers of those that were not there at the last look."""
        present = set(stopping())
        found = sorted(present - self._seen)
        self._seen = present
        return found


def stopping() -> Iterator[int]:
    """Processes that run `ray stop` on this machine itself; in a container it harms no other."""
    own = _namespace(os.getpid())
    for folder in PROC.iterdir():
        if folder.name.isdecimal() and is_stop(_words(folder)):
            number = int(folder.name)
            if _namespace(number) == own:
                yield number


def is_stop(words: list[str]) -> bool:
    """Whether a command line is that of `ray stop`, as `ray`'s script or by Python's -m."""
    for word, following in pairwise(words):
        if following == "stop" and (Path(word).name == "ray" or word == "ray.scripts.scripts"):
            return True
    return False


def _words(folder: Path) -> list[str]:
    try:
        return (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


def _namespace(number: int) -> str:
    """Which processes a process sees; empty where it has ended or is not ours to look at."""
    try:
        return str((PROC / str(number) / "ns/pid").readlink())
    except OSError:
        return ""
