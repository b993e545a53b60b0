"""One watcher a node: a new one takes the place of the old.

The autoscaler runs the start commands again when it starts Ray on a node again, after the loss of
the head with the address of another one.
"""

from __future__ import annotations

import fcntl
import os
import signal
import time
from pathlib import Path
from typing import IO

from errors import ServiceError

FILE = Path("/tmp/ray/spot-watcher.pid")  # noqa: S108 - Ray's own folder, in a node's container
SECONDS_TO_LEAVE = 3.0
SECONDS_IN_ALL = 10.0
SECONDS_BETWEEN = 0.05


def alone(file: Path) -> IO[str]:
    """Ends the watcher that there is, and keeps later ones waiting until this process ends.

    Returns:
        the file, which holds the number of this process and is locked as long as it is open.

    Raises:
        ServiceError: the other watcher does not end.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    opened = file.open("a+")
    began = time.monotonic()
    while not _locked(opened):
        waited = time.monotonic() - began
        if waited > SECONDS_IN_ALL:
            opened.close()
            raise ServiceError(f"the watcher whose number is in {file} does not end: end it")
        # The lock says that its holder lives, so the number is not that of somebody else by now.
        _end(opened, signal.SIGTERM if waited < SECONDS_TO_LEAVE else signal.SIGKILL)
        time.sleep(SECONDS_BETWEEN)
    opened.truncate(0)
    opened.write(f"{os.getpid()}\n")
    opened.flush()
    return opened


def _locked(opened: IO[str]) -> bool:
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _end(opened: IO[str], how: signal.Signals) -> None:
    opened.seek(0)
    said = opened.read().strip()
    # Empty for an instant, while its holder writes it.
    if said.isdecimal():
        try:
            os.kill(int(said), how)
        except ProcessLookupError:
            return
