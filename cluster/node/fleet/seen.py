"""Which instances Ray has seen by its own look at them."""

from __future__ import annotations

import threading
from collections.abc import Iterable


class Seen:
    """The instances that Ray's last look found, and all before it. Several threads may ask."""

    def __init__(self) -> None:
        self._numbers: set[str] = set()
        self._changed = threading.Condition()

    def note(self, numbers: Iterable[str]) -> None:
        """Takes note of what a look found."""
        with self._changed:
            self._numbers.update(numbers)
            self._changed.notify_all()

    def wait(self, numbers: Iterable[str], seconds: float) -> bool:
        """Waits until Ray has seen all of these; gives whether it has, within so many seconds."""
        wanted = set(numbers)
        with self._changed:
            return self._changed.wait_for(lambda: wanted <= self._numbers, seconds)
