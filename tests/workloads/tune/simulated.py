"""Work that takes as long as a function says, on a clock of its own."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable

from workloads.tune.budget import Budget
from workloads.tune.points import Point, Run

Cost = Callable[[Point], float]


class Machine:
    """Measures points; see `Measure`.

    Args:
        cost: how many seconds a point takes.
        noise: the standard deviation of their logarithm: of each run, and of a drift through them.
        spikes: how many of the runs take twice as long, from 0 to 1.
        seed: of the noise.
    """

    def __init__(self, cost: Cost, noise: float = 0.0, spikes: float = 0.0, seed: int = 0) -> None:
        self.now = 0.0
        self.runs: Counter[Point] = Counter()
        self.order: list[Point] = []
        self._cost = cost
        self._noise = noise
        self._spikes = spikes
        self._random = random.Random(seed)
        self._drift = 0.0

    def __call__(self, point: Point, _number: int) -> Run:
        self.runs[point] += 1
        self.order.append(point)
        self._drift = 0.9 * self._drift + self._random.gauss(0, self._noise / 2)
        seconds = self._cost(point) * math.exp(self._random.gauss(0, self._noise) + self._drift)
        if self._random.random() < self._spikes:
            seconds *= 2
        self.now += seconds
        return Run(seconds)

    def budget(self, seconds: float) -> Budget:
        return Budget.of(seconds, lambda: self.now)
