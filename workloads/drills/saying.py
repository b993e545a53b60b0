"""The lines that a drill's job prints: JSON, each with a time and a word for what happened."""

from __future__ import annotations

import json
import time

HELLO, COUNT, SUMMARY = "hello", "count", "summary"
JOINED, DRAINING, LEFT = "joined", "draining", "left"
STARTED, ENDED = "started", "ended"
INFEASIBLE, WATCHER = "infeasible", "watcher stopped"


def say(what: str, at: float = 0.0, **details: object) -> None:
    """Prints a line.

    Args:
        what: one of the words above.
        at: when it happened, in seconds since 1970 by the head node's clock; now, if 0.
        details: what else is to be said of it.
    """
    print(json.dumps({"at": round(at or time.time(), 3), "what": what, **details}), flush=True)
