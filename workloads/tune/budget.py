"""How long something may take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], float]


@dataclass(frozen=True)
class Budget:
    """Time that may be spent.

    Attributes:
        until: when it is over, as the clock has it.
        clock: tells the time, in seconds.
    """

    until: float
    clock: Clock = time.monotonic

    @classmethod
    def of(cls, seconds: float, clock: Clock = time.monotonic) -> Budget:
        """So many seconds, from now on."""
        return cls(clock() + seconds, clock)

    @property
    def left(self) -> float:
        """How many seconds are left; 0 where it is overdrawn."""
        return max(self.until - self.clock(), 0.0)

    def allows(self, seconds: float) -> bool:
        """Whether so many seconds are left, and any at all."""
        return self.left > seconds

    def share(self, part: float) -> Budget:
        """A part of what is left, from 0 to 1."""
        return Budget.of(self.left * part, self.clock)
