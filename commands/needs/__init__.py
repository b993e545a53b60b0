"""What each target needs of this machine: a module a target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

GIB = 1024**3


@dataclass(frozen=True)
class Found:
    """Whether a need is met, and what was seen."""

    met: bool
    seen: str


@dataclass(frozen=True, kw_only=True)
class Need:
    """Something that a target wants of this machine, and how to get it."""

    name: str
    look: Callable[[], Found]
    remedy: str
    required: bool = True


def size(count: int) -> str:
    """Bytes as people read them."""
    return f"{count / GIB:.1f} GiB"
