"""For how long a node type has had to do without spot capacity."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from cluster.node.fleet.wish import REMEMBER_SECONDS

# Ray asks again every five seconds: after so long without, it is another want.
SECONDS_BETWEEN_WANTS = REMEMBER_SECONDS


class Waiting:
    """Since when node types lack spot capacity. Several threads may ask at once.

    Args:
        clock: gives seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def seconds(self, node_type: str, remember: float = REMEMBER_SECONDS) -> float:
        """For how many seconds it has been asked in vain; 0 where it has not.

        Args:
            node_type: that is asked for.
            remember: for so long its pools are remembered to be dry. A want is not another one as
                long as they are, or on-demand would be waited for again.
        """
        with self._lock:
            first, last = self._since.get(node_type, (0.0, float("-inf")))
            now = self._clock()
            return now - first if now - last <= _between(remember) else 0.0

    def in_vain(self, node_type: str, remember: float = REMEMBER_SECONDS) -> None:
        """Takes note that spot pools gave less than was asked for."""
        with self._lock:
            now = self._clock()
            first, last = self._since.get(node_type, (now, now))
            same = now - last <= _between(remember)
            self._since[node_type] = (first if same else now, now)

    def served(self, node_type: str) -> None:
        """Takes note that they gave all of it."""
        with self._lock:
            self._since.pop(node_type, None)


def _between(remember: float) -> float:
    return max(SECONDS_BETWEEN_WANTS, remember)
