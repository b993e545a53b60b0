"""The processes of a session: all that its leader has started, found and ended.

A process stays in the session that it was started in, also where it has a process group of its own,
as Ray's workers do, and also when the process that started it is gone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time

import psutil

SECONDS_TO_OBEY = 5
SECONDS_TO_DIE = 5
POLL_SECONDS = 0.05


def members(session: int) -> list[int]:
    """The living processes of a session, which has the number of its leader."""
    return [pid for pid in psutil.pids() if _session(pid) == session and _lives(pid)]


def end(session: int) -> None:
    """Ends all processes of a session: asks them, and kills those that do not obey.

    Python's helpers remove what they have in shared memory when asked, but not when killed.
    """
    try:
        _signal(session, signal.SIGTERM)
        _wait(session, SECONDS_TO_OBEY)
    finally:
        # Reached at once by another Ctrl-C, which says that there is no time for asking.
        if _signal(session, signal.SIGKILL):
            _wait(session, SECONDS_TO_DIE)


def _signal(session: int, number: signal.Signals) -> bool:
    found = members(session)
    for pid in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
    return bool(found)


def _wait(session: int, seconds: float) -> None:
    give_up = time.monotonic() + seconds
    while members(session) and time.monotonic() < give_up:
        time.sleep(POLL_SECONDS)


def _session(pid: int) -> int | None:
    # Others' processes may end meanwhile, or be none of our business.
    with contextlib.suppress(OSError):
        return os.getsid(pid)
    return None


def _lives(pid: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False
