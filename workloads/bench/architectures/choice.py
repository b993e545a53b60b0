"""Which of several is best, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workloads.bench.sure import estimate

# One that is ahead by less than this is not ahead by anything that matters: instances of a type
# differ by as much among themselves, and only a few of them were measured.
LEAST_LEAD = 0.03
LEAST_CONFIDENCE = 0.9


@dataclass(frozen=True)
class Choice:
    """The best of several, beside the next.

    Attributes:
        best: the one with the highest median.
        next: the one with the second highest; empty where there is only one.
        times: the median of the best over that of the next.
        low, high: between which that ratio is with a confidence of `LEAST_CONFIDENCE`; from 0 to
            infinity where there are too few rounds to say.
        confidence: how sure it is that the best is ahead of all others; see `choose`.
        rounds: how many there were.
    """

    best: str
    next: str
    times: float
    low: float
    high: float
    confidence: float
    rounds: int

    @property
    def clear(self) -> bool:
        """Whether the best is ahead, by enough and surely enough."""
        return self.times >= 1 + LEAST_LEAD and self.confidence >= LEAST_CONFIDENCE


def choose(rounds: Mapping[str, Sequence[float]]) -> Choice:
    """The best by the median of its rounds, where more is better.

    It is held against each other one by the ratios of their rounds, which were measured side by
    side, with Wilcoxon's signed ranks. The test is two-sided, since which one is the best is known
    only when all is measured: of two that are alike, either may come out ahead. The confidence is
    that of the other one that it is least surely ahead of; that it has to be ahead of all makes a
    mistake rarer, not more frequent, the more of them are alike.

    Args:
        rounds: of each, as many of one as of another, at least one.
    """
    names = list(rounds)
    values = np.array([rounds[name] for name in names], dtype=float)
    number = values.shape[1]
    medians = np.median(values, axis=1)
    best, *others = (int(place) for place in np.argsort(-medians, kind="stable"))
    if not others:
        return Choice(names[best], "", 1.0, 1.0, 1.0, 1.0, number)
    beside = [estimate(list(values[best] / values[one]), LEAST_CONFIDENCE) for one in others]
    return Choice(
        best=names[best],
        next=names[others[0]],
        times=float(medians[best] / medians[others[0]]),
        low=beside[0].low,
        high=beside[0].high,
        confidence=max(0.0, min(2 * one.sure - 1 for one in beside)),
        rounds=number,
    )


def most_confidence(rounds: int) -> float:
    """How sure so many rounds can be.

    Of two that are alike, one or the other is ahead in all n by chance once in 2^(n-1) times.
    """
    return 1 - 2.0 ** (1 - rounds)
