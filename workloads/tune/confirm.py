"""The last word: what the search found against the defaults, by turns, on runs of their own.

What wins among many is the luckiest of them too, so the runs of the search do not count here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from workloads.bench.sure import Estimate, estimate
from workloads.tune.budget import Budget
from workloads.tune.points import Measure, Point

CONFIDENCE = 0.95
MOST_PAIRS = 24
# Fewer cannot say anything with this confidence.
LEAST_PAIRS = 6


@dataclass(frozen=True)
class Duel:
    """A point against the defaults.

    Attributes:
        ratios: how many times as fast the point was, for each pair of runs.
        failure: why a run of it came to nothing; empty where none did.
        kinds: how many kinds of data the pairs took turns with.
    """

    ratios: tuple[float, ...]
    failure: str = ""
    kinds: int = 1

    @property
    def estimate(self) -> Estimate | None:
        """How many times as fast it is; None without a whole pair."""
        return estimate(self.ratios, CONFIDENCE) if self.ratios else None

    @property
    def of_kinds(self) -> list[Estimate]:
        """The same on each kind of data."""
        parts: dict[int, list[float]] = defaultdict(list)
        for number, ratio in enumerate(self.ratios):
            parts[number % self.kinds].append(ratio)
        return [estimate(ratios, CONFIDENCE) for ratios in parts.values()]

    @property
    def won(self) -> bool:
        """Whether it is faster with confidence, and on no kind of data likely slower."""
        found = self.estimate
        if self.failure or found is None or found.low <= 1:
            return False
        return all(one.ratio >= 1 for one in self.of_kinds)


def confirm(
    point: Point, control: Point, measure: Measure, budget: Budget, *, kinds: int = 1
) -> Duel:
    """Runs pairs until there are enough, or the time is over.

    Args:
        point: what was found.
        control: the defaults.
        measure: see `Measure`; it takes the kind of data from the round.
        budget: for all of it.
        kinds: of data.
    """
    ratios: list[float] = []
    cost = 0.0
    while len(ratios) < MOST_PAIRS and budget.allows(cost):
        number = len(ratios)
        # Each kind of data has both orders.
        order: Sequence[Point] = (point, control)
        if number // kinds % 2:
            order = (control, point)
        runs = {one: measure(one, number) for one in order}
        if failure := runs[point].failure:
            return Duel(tuple(ratios), failure, kinds)
        ratios.append(runs[control].seconds / runs[point].seconds)
        cost = max(cost, sum(run.seconds for run in runs.values()))
    return Duel(tuple(ratios), "", kinds)
