"""What tests want to know of processes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Collection
from threading import Timer

import psutil


def alive(pids: Collection[int]) -> list[int]:
    """Those that still run; a zombie does not, whoever is to wait for it."""
    return [pid for pid in pids if _runs(pid)]


def family(pid: int) -> list[int]:
    """A process and all below it."""
    process = psutil.Process(pid)
    return [pid, *(child.pid for child in process.children(recursive=True))]


def ctrl_c(after: float) -> Timer:
    """Interrupts this very process a little later, unless what is given back is cancelled."""
    timer = Timer(after, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    return timer


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, f"still not so after {seconds} s"
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
