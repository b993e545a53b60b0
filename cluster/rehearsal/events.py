"""What happened in a rehearsal, with times: written down as it happens."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = "events.jsonl"


@dataclass(frozen=True)
class Event:
    """Something that happened.

    Attributes:
        at: when, in seconds since 1970.
        what: a few words: `asked for`, `running`, `ssh`, `setting-up`, `ended`, ...
        instance: that it happened to; empty where it is none.
        details: what else is to be said of it.
    """

    at: float
    what: str
    instance: str = ""
    details: dict[str, str] = field(default_factory=dict)


class Events:
    """The events of a rehearsal, in a file."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._lock = threading.Lock()

    def add(self, what: str, instance: str = "", **details: str) -> None:
        """Writes one down, as having happened now."""
        event = Event(time.time(), what, instance, details)
        with self._lock, self._file.open("a") as file:
            file.write(json.dumps(asdict(event)) + "\n")


def read(folder: Path) -> Iterator[Event]:
    """The events of a rehearsal, in the order in which they were written down."""
    file = folder / FILE
    if file.exists():
        for line in file.read_text().splitlines():
            yield Event(**json.loads(line))
