"""What a tree of processes uses: CPU time and memory."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

# Written to /proc/PID/clear_refs, this makes the kernel count a process's peak anew; see proc(5).
RESET_PEAK = "5"


@dataclass(frozen=True)
class Usage:
    """What processes used while something ran; see `Measurement` for the fields."""

    seconds: float
    cpu_seconds: float
    peak_rss_bytes: int
    peak_process_rss_bytes: int


def measure(pid: int, action: Callable[[], None]) -> Usage:
    """Runs the action and tells what a process and all below it used meanwhile.

    A process that ends meanwhile counts with its CPU time, once its parent has waited for it, but
    not with its memory.
    """
    for process in _tree(pid):
        _reset_peak(process.pid)
    cpu = _cpu_seconds(pid)
    begin = time.perf_counter()
    action()
    seconds = time.perf_counter() - begin
    peaks = [_peak_rss(process) for process in _tree(pid)]
    return Usage(seconds, _cpu_seconds(pid) - cpu, sum(peaks), max(peaks, default=0))


def _tree(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _cpu_seconds(pid: int) -> float:
    total = 0.0
    for process in _tree(pid):
        # A process may end while it is looked at; its parent then has its time.
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
            total += getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    return total


def _reset_peak(pid: int) -> None:
    # Elsewhere than on Linux there is no such file, and memory is what it is at the end.
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/clear_refs").write_text(RESET_PEAK)


def _peak_rss(process: psutil.Process) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    with contextlib.suppress(psutil.NoSuchProcess):
        return int(process.memory_info().rss)
    return 0


def usable_cores() -> int:
    """The cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
