"""What the watcher writes: a line of JSON for each thing that happens."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import UTC, datetime

STDOUT = 1


def tell(event: str, **facts: object) -> None:
    """Writes a line: when, what, and the facts of it."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = json.dumps({"at": at, "event": event, **facts}) + "\n"
    # A disk that spilled objects have filled must not keep the node from being drained.
    with suppress(OSError):
        os.write(STDOUT, line.encode())
