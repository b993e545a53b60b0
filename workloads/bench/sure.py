"""How sure it is that one way is faster than another: from runs of both by turns.

What is looked at are ratios of two runs that were near one another in time, so that whatever else
the machine was doing disturbed both. Intervals are those of Wilcoxon's signed ranks: exact for
noise of any size that disturbs both sides alike, and hardly moved by a few wild runs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Estimate:
    """How many times as fast one way is as another.

    Attributes:
        ratio: the best guess; above 1 is faster.
        low, high: the interval that holds the true one with the confidence asked for; from 0 to
            infinity where there are too few pairs to say.
        sure: the confidence, from 0 to 1, that it is above 1.
        pairs: of runs.
    """

    ratio: float
    low: float
    high: float
    sure: float
    pairs: int


def estimate(ratios: Sequence[float], confidence: float) -> Estimate:
    """What ratios of paired runs, of which there is one at least, tell."""
    logs = [math.log(one) for one in ratios]
    # The means of all pairs, each log with itself too, in order.
    means = sorted((left + right) / 2 for at, left in enumerate(logs) for right in logs[: at + 1])
    outside = _outside(len(logs), confidence)
    return Estimate(
        ratio=math.exp(_median(means)),
        low=0.0 if outside is None else math.exp(means[outside]),
        high=math.inf if outside is None else math.exp(means[-1 - outside]),
        sure=_sure(means, len(logs)),
        pairs=len(logs),
    )


def _median(ordered: Sequence[float]) -> float:
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _outside(pairs: int, confidence: float) -> int | None:
    """How many means lie outside of the interval, on each side; None where all are too few."""
    found = None
    for at, chance in enumerate(_chances(pairs)):
        if chance > (1 - confidence) / 2:
            break
        found = at
    return found


def _sure(means: Sequence[float], pairs: int) -> float:
    """One minus the chance that noise alone has made so many means larger than zero."""
    above = sum(1.0 if one > 0 else 0.5 if one == 0 else 0.0 for one in means)
    return 1 - _chances(pairs)[math.floor(len(means) - above)]


@lru_cache
def _chances(pairs: int) -> list[float]:
    """The chance of each sum of signed ranks or a smaller one, where there is no difference."""
    ways = [1] + [0] * (pairs * (pairs + 1) // 2)
    for rank in range(1, pairs + 1):
        for total in range(len(ways) - 1, rank - 1, -1):
            ways[total] += ways[total - rank]
    found, below = [], 0
    for number in ways:
        below += number
        found.append(below / 2**pairs)
    return found
