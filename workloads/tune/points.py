"""What can be turned, and how far: the search sees numbers of steps, and no more than that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

# For each dial, the number of the step that it stands at.
Point = tuple[int, ...]


@dataclass(frozen=True)
class Run:
    """A measured execution at a point.

    Attributes:
        seconds: wall time.
        failure: why it came to nothing; empty where it did not.
    """

    seconds: float
    failure: str = ""


# Does the work at a point; the number is that of the round, the same for all that are compared.
Measure = Callable[[Point, int], Run]
# Whether there is time left for something that takes about so many seconds.
HasTime = Callable[[float], bool]


@dataclass(frozen=True)
class Scale:
    """The steps of a dial, from 0 on.

    Attributes:
        steps: how many.
        start: the step that is the default.
    """

    steps: int
    start: int


def turned(point: Point, dial: int, step: int) -> Point:
    """The point with one dial at another step."""
    return (*point[:dial], step, *point[dial + 1 :])
