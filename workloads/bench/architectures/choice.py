"""Which of several is best, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 4000
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
        low, high: between which that ratio lies in 95 of 100 resamples of the rounds.
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

    Rounds are resampled with replacement, the same ones of all, as they were measured side by side
    (a paired bootstrap). The confidence is the share of resamples in which the best is ahead of all
    others, but not more than a sign test gives: were two alike, one would be ahead in all of n
    rounds by chance once in 2^n times.

    Args:
        rounds: of each, as many of one as of another, at least one.
    """
    names = list(rounds)
    values = np.array([rounds[name] for name in names], dtype=float)
    number = values.shape[1]
    medians = np.median(values, axis=1)
    order = np.argsort(-medians, kind="stable")
    best = int(order[0])
    if len(names) == 1:
        return Choice(names[best], "", 1.0, 1.0, 1.0, 1.0, number)
    second = int(order[1])
    # The same choice of rounds for the same number of them, so that a result stays the same.
    picked = np.random.default_rng(number).integers(0, number, (RESAMPLES, number))
    resampled = np.median(values[:, picked], axis=2)
    others = np.delete(resampled, best, axis=0).max(axis=0)
    ahead = float(np.mean(resampled[best] > others))
    low, high = np.percentile(resampled[best] / resampled[second], [2.5, 97.5])
    return Choice(
        best=names[best],
        next=names[second],
        times=float(medians[best] / medians[second]),
        low=float(low),
        high=float(high),
        confidence=min(ahead, 1 - 0.5**number),
        rounds=number,
    )
