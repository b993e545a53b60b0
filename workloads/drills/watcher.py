"""Stopping the spot watcher of a node, to see what becomes of a notice without it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

# Where cluster/node/watch keeps its number.
FILE = Path("/tmp/ray/spot-watcher.pid")  # noqa: S108 - in a node's container
SECONDS_TO_END = 3.0


def stop_watcher(node: str) -> str:
    """Stops it by a task that is pinned to the node; gives what was found there, in words."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    there = NodeAffinitySchedulingStrategy(node, soft=False)
    task = ray.remote(stop).options(num_cpus=0, scheduling_strategy=there)
    return str(ray.get(task.remote(str(FILE))))


def stop(file: str) -> str:
    """Ends the process whose number is in a file; gives what was found, in words."""
    try:
        number = int(Path(file).read_text())
        os.kill(number, signal.SIGTERM)
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return "there was none"
    give_up = time.monotonic() + SECONDS_TO_END
    while (lives := _runs(number)) and time.monotonic() < give_up:
        time.sleep(0.05)
    return f"process {number} " + ("lives on" if lives else "has ended")


def _runs(number: int) -> bool:
    """Whether there is a process of a number; one that only waits to be collected is none."""
    try:
        stat = Path(f"/proc/{number}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    # Its name, in brackets, may hold anything.
    return stat.rpartition(")")[2].split()[0] != "Z"
