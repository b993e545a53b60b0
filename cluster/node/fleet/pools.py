"""Pools of capacity, and which of them are remembered to have none."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Pool:
    """What EC2 has capacity of or not: an instance type in a zone, of a market.

    Attributes:
        instance_type: `r7i.2xlarge`.
        subnet: which is in one zone.
        market: `spot` or `on-demand`.
    """

    instance_type: str
    subnet: str
    market: str

    def __str__(self) -> str:
        return f"{self.instance_type} {self.market} in {self.subnet}"


class Memory:
    """Pools that had no capacity, each for a while. Several threads may ask at once.

    Args:
        clock: gives seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[Pool, float] = {}
        self._lock = threading.Lock()

    def note(self, pools: Iterable[Pool], seconds: float) -> None:
        """Remembers that pools have no capacity, for so many seconds from now on."""
        until = self._clock() + seconds
        with self._lock:
            self._until.update(dict.fromkeys(pools, until))

    def forget(self, pools: Iterable[Pool]) -> None:
        """Takes note that pools do have capacity."""
        with self._lock:
            for pool in pools:
                self._until.pop(pool, None)

    def dry(self, pool: Pool) -> bool:
        """Whether a pool is remembered to have none."""
        with self._lock:
            return self._until.get(pool, float("-inf")) > self._clock()
