"""The search: a race along one dial after the other, around the best point so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workloads.tune.budget import Budget
from workloads.tune.points import Measure, Point, Scale, turned
from workloads.tune.race import Race, Standing

# How often a dial is raced: over all its steps at first, and to its neighbours later.
MOST_RACES = 4


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes:
        best: the point.
        curves: for each dial that there was time for, how its steps did in its first race, in their
            order.
        rounds: of all races.
    """

    best: Point
    curves: Mapping[int, Sequence[Standing]]
    rounds: int


def search(scales: Sequence[Scale], measure: Measure, budget: Budget) -> Found:
    """Looks for the fastest point, beginning at the defaults.

    Each dial is raced over all its steps, while the others stand at what was best so far. Where
    one has been turned, those before it are raced again beside where they stand.
    """
    control = best = tuple(scale.start for scale in scales)
    curves: dict[int, Sequence[Standing]] = {}
    waiting = list(range(len(scales)))
    races = dict.fromkeys(waiting, 0)
    rounds = 0
    while waiting and budget.allows(0):
        # What has many steps has more of the time.
        part = scales[waiting[0]].steps / sum(scales[one].steps for one in waiting)
        dial = waiting.pop(0)
        race = Race(_field(best, dial, scales[dial], whole=not races[dial]), control)
        race.run(measure, budget.share(part).allows, first_round=rounds)
        rounds += race.rounds
        races[dial] += 1
        if race.rounds:
            curves.setdefault(dial, sorted(race.standings(), key=lambda one: one.point[dial]))
        if race.winner != best:
            best = race.winner
            # The dial itself too, where it has so far been turned to a neighbour only.
            stale = [one for one in races if one != dial or races[one] > 1]
            waiting += [one for one in stale if 0 < races[one] < MOST_RACES and one not in waiting]
    return Found(best, curves, rounds)


def _field(best: Point, dial: int, scale: Scale, *, whole: bool) -> list[Point]:
    """The points along a dial, the nearest to the best one first: all, or its neighbours."""
    at = best[dial]
    steps = [one for one in range(scale.steps) if whole or abs(one - at) <= 1]
    return [turned(best, dial, one) for one in sorted(steps, key=lambda one: abs(one - at))]
