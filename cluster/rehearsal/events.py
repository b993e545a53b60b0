"""What happened in a rehearsal, with times: written down as it happens."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = "events.jsonl"
# Of EC2: the words that `timeline` looks for.
ASKED, REFUSED, TERMINATED, ENDED = "asked for", "refused", "terminated", "ended"
RUNNING, SSH, LOST, GONE, TROUBLE = "running", "ssh", "lost", "gone", "trouble"
NOTICE, REBALANCE = "notice", "rebalance recommended"
FAULT, CLEARED, STARTED = "fault", "faults cleared", "control plane started"
# Of Ray's launcher: the last of its steps, which it writes down as a tag of the instance.
SET_UP = "up-to-date"
# Of Ray, from its own log.
JOINED, DRAINING, LEFT = "joined", "draining", "left"


@dataclass(frozen=True)
class Event:
    """Something that happened.

    Attributes:
        at: when, in seconds since 1970.
        what: a few words: `asked for`, `running`, `ssh`, `setting-up`, `ended`, ...
        instance: that it happened to; empty where it is none, or several.
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
        self._end_line()

    def add(self, what: str, instance: str = "", at: float = 0.0, /, **details: str) -> None:
        """Writes one down, as having happened at a time; now, if that is 0."""
        event = Event(at or time.time(), what, instance, details)
        with self._lock, self._file.open("a") as file:
            file.write(json.dumps(asdict(event)) + "\n")

    def _end_line(self) -> None:
        """Ends the line that a process was killed over, so that the next one is not lost too."""
        before = self._file.read_bytes() if self._file.exists() else b""
        if before and not before.endswith(b"\n"):
            with self._file.open("a") as file:
                file.write("\n")


def read(folder: Path) -> Iterator[Event]:
    """The events of a rehearsal, in the order in which they happened."""
    file = folder / FILE
    if not file.exists():
        return
    found: list[Event] = []
    for line in filter(None, file.read_text().splitlines()):
        try:
            found.append(Event(**json.loads(line)))
        except ValueError:
            # The process was killed over it; of what was said before it, that is the time.
            at = found[-1].at if found else 0.0
            found.append(Event(at, TROUBLE, details={"said": f"this line was cut off: {line}"}))
    yield from sorted(found, key=lambda one: one.at)
