"""A race: several points measured by turns, each dropped as soon as it is clearly slower."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workloads.bench.sure import Estimate, estimate
from workloads.tune.points import HasTime, Measure, Point

# Of what is said and done within a race; a winner is measured again at the end, and more strictly.
CONFIDENCE = 0.8
# That one is faster, to be taken in place of what stays otherwise.
ENOUGH = 0.9
# Where all ratios to the leader are below this, after so many rounds, nothing more is needed.
HOPELESS = {1: 0.4, 2: 0.65, 3: 0.85}
# A difference that is not worth the time to find out about it.
SAME = 0.01
MOST_ROUNDS = 12
SLOWER, AS_FAST = "slower", "as fast as the leader"


@dataclass(frozen=True)
class Standing:
    """How a point did.

    Attributes:
        point: which.
        seconds: of its runs, in order.
        beside: how fast it is beside the defaults; None where it has not been measured beside them.
        out: why it was dropped; empty where it ran to the end.
    """

    point: Point
    seconds: tuple[float, ...]
    beside: Estimate | None
    out: str


class Race:
    """A race of points.

    Args:
        field: those that take part. The first one is what stays if none is clearly faster; where
            two are alike, the earlier one wins.
        control: is run in each round too, so that all can be held against it.
    """

    def __init__(self, field: Sequence[Point], control: Point) -> None:
        self._field = list(field)
        self._control = control
        self._seconds: dict[Point, dict[int, float]] = {one: {} for one in [*field, control]}
        self._out: dict[Point, str] = {}
        self._rounds = 0

    def run(self, measure: Measure, has_time: HasTime, *, first_round: int = 0) -> None:
        """Runs rounds until it is decided, or there is no time for another one.

        Args:
            measure: see `Measure`.
            has_time: see `HasTime`.
            first_round: the number of the first one, for `measure`.
        """
        while self._rounds < MOST_ROUNDS and self._undecided() and has_time(self._cost()):
            for point in self._order():
                if not has_time(0):
                    break
                run = measure(point, first_round + self._rounds)
                if run.failure:
                    self._out[point] = run.failure
                else:
                    self._seconds[point][self._rounds] = run.seconds
            self._rounds += 1
            self._drop()

    @property
    def rounds(self) -> int:
        """How many there were."""
        return self._rounds

    @property
    def winner(self) -> Point:
        """The first of the field, or the one that is faster with enough confidence."""
        first, leader = self._field[0], self._leader()
        if leader == first or first in self._out:
            return leader
        found = self._compared(leader, first)
        return leader if found and found.ratio > 1 and found.sure >= ENOUGH else first

    def standings(self) -> list[Standing]:
        """How each of the field did."""
        return [
            Standing(
                point,
                tuple(self._seconds[point].values()),
                self._compared(point, self._control),
                self._out.get(point, ""),
            )
            for point in self._field
        ]

    def _order(self) -> list[Point]:
        """Who runs in this round, and when: none has a place of its own, nor the same neighbour."""
        running = [one for one in self._seconds if one not in self._out or one == self._control]
        first = self._rounds % len(running)
        turned = [*running[first:], *running[:first]]
        return turned[::-1] if self._rounds % 2 else turned

    def _cost(self) -> float:
        """About how many seconds the next round takes; 0 where nothing has run yet."""
        known = [max(runs.values()) for runs in self._seconds.values() if runs]
        last = max(known, default=0.0)
        return sum(max(self._seconds[one].values(), default=last) for one in self._order())

    def _drop(self) -> None:
        leader = self._leader()
        for point in self._live():
            if point != leader and (why := self._why_out(point, leader)):
                self._out[point] = why

    def _undecided(self) -> bool:
        """Whether one could still turn out to be faster than the leader."""
        return not self._rounds or len(list(self._live())) > 1

    def _live(self) -> Iterator[Point]:
        return (one for one in self._field if one not in self._out)

    def _leader(self) -> Point:
        def ratio(point: Point) -> float:
            found = self._compared(point, self._control)
            return found.ratio if found else 0.0

        return max(self._live(), key=ratio, default=self._field[0])

    def _why_out(self, point: Point, leader: Point) -> str:
        """Why a point is not worth another run; empty where it is."""
        ratios = self._ratios(point, leader)
        if not ratios:
            return ""
        if max(ratios) < HOPELESS.get(len(ratios), 0.0):
            return SLOWER
        found = estimate(ratios, CONFIDENCE)
        if found.high < 1:
            return SLOWER
        alike = found.low > 1 - SAME and found.high < 1 + SAME
        # Of two that are alike, the first stays in, as does what may still be no better than it.
        return AS_FAST if alike and point != self._field[0] else ""

    def _compared(self, point: Point, other: Point) -> Estimate | None:
        ratios = self._ratios(point, other)
        return estimate(ratios, CONFIDENCE) if ratios else None

    def _ratios(self, point: Point, other: Point) -> list[float]:
        """How many times as fast it was, in each round that both were in."""
        mine, theirs = self._seconds[point], self._seconds[other]
        return [theirs[one] / mine[one] for one in mine if one in theirs]
