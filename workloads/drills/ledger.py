"""Which attempt of which task began and ended where: kept on the head node, which none is lost of.

What began and never ended was lost: nobody but the ledger could tell, as the task itself is gone.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from workloads.drills.saying import ENDED, STARTED


@dataclass(frozen=True)
class Entry:
    """Something that an attempt told.

    Attributes:
        at: when the ledger heard of it, in seconds since 1970: one clock for all nodes.
        what: `started` or `ended`.
        task: its number.
        attempt: which one of the task, from 0 on.
        node: the id of the node that it runs on.
    """

    at: float
    what: str
    task: int
    attempt: int
    node: str


class Ledger:
    """The entries, in the order in which they came; an actor of Ray's."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._attempts: dict[int, int] = {}

    def start(self, task: int, node: str) -> None:
        """Takes down that an attempt of a task begins."""
        attempt = self._attempts.get(task, -1) + 1
        self._attempts[task] = attempt
        self._entries.append(Entry(time.time(), STARTED, task, attempt, node))

    def end(self, task: int, node: str) -> None:
        """Takes down that the attempt of a task that was begun last has come to its end."""
        self._entries.append(Entry(time.time(), ENDED, task, self._attempts[task], node))

    def since(self, number: int) -> Sequence[Entry]:
        """The entries from this one on."""
        return self._entries[number:]
