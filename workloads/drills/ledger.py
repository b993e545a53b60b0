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

    def start(self, task: int, node: str) -> int:
        """Takes down that a task begins; gives the number of the attempt."""
        attempt = self._attempts.get(task, 0)
        self._attempts[task] = attempt + 1
        self._entries.append(Entry(time.time(), STARTED, task, attempt, node))
        return attempt

    def latest(self, task: int) -> int:
        """The number of the attempt of a task that was begun last."""
        return self._attempts[task] - 1

    def end(self, task: int, attempt: int, node: str) -> None:
        """Takes down that an attempt has come to its end."""
        self._entries.append(Entry(time.time(), ENDED, task, attempt, node))

    def since(self, number: int) -> Sequence[Entry]:
        """The entries from this one on."""
        return self._entries[number:]
