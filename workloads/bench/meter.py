"""What trees of processes use: CPU time and memory."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

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


@dataclass(frozen=True)
class Use:
    """What the processes of a tree used between `begin` and `end`.

    Attributes:
        cpu_seconds: user and system time.
        peaks: the largest resident memory of each process that is there at the end, in bytes.
    """

    cpu_seconds: float = 0.0
    peaks: Sequence[int] = ()


class Meter(Protocol):
    """Something that tells what processes use, here or on another machine."""

    def begin(self) -> None:
        """Starts to count."""

    def end(self) -> Use:
        """What was used since then."""


@dataclass(frozen=True)
class CpuTime:
    """The CPU time of a process so far, in seconds: its own, and that of ended children of it."""

    parent: int
    own: float
    children: float


class Tree:
    """A process and all below it.

    A process that ends meanwhile counts with its CPU time, once its parent has waited for it, but
    not with its memory.
    """

    def __init__(self, pid: int, without: Collection[int] = ()) -> None:
        self._pid = pid
        self._without = without
        self._before: dict[psutil.Process, CpuTime] = {}

    def begin(self) -> None:
        """Starts to count."""
        for process in self._processes():
            _reset_peak(process.pid)
        self._before = self._cpu_times()

    def end(self) -> Use:
        """What was used since then."""
        peaks = [_peak_rss(process) for process in self._processes()]
        return Use(_cpu_seconds(self._before, self._cpu_times()), peaks)

    def _processes(self) -> list[psutil.Process]:
        try:
            root = psutil.Process(self._pid)
            found = [root, *root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []
        return [process for process in found if process.pid not in self._without]

    def _cpu_times(self) -> dict[psutil.Process, CpuTime]:
        found = {}
        for process in self._processes():
            # A process may end while it is looked at; its parent then has its time.
            with contextlib.suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                children = getattr(times, "children_user", 0.0)
                children += getattr(times, "children_system", 0.0)
                found[process] = CpuTime(process.ppid(), times.user + times.system, children)
        return found


def measure(meters: Sequence[Meter], action: Callable[[], None]) -> Usage:
    """Runs the action and tells what was used meanwhile, by all meters together."""
    for meter in meters:
        meter.begin()
    begin = time.perf_counter()
    action()
    seconds = time.perf_counter() - begin
    uses = [meter.end() for meter in meters]
    peaks = [peak for use in uses for peak in use.peaks]
    cpu_seconds = sum(use.cpu_seconds for use in uses)
    return Usage(seconds, cpu_seconds, sum(peaks), max(peaks, default=0))


def _cpu_seconds(
    before: dict[psutil.Process, CpuTime], after: dict[psutil.Process, CpuTime]
) -> float:
    """The CPU time of processes between two looks at them."""
    # A parent that waits for a child then has all of the child's time, also from before; one that
    # lets the kernel do that, as Ray's raylet does, has none of it.
    ended: dict[int, float] = {}
    for process, known in before.items():
        if process not in after:
            ended[known.parent] = ended.get(known.parent, 0.0) + known.own + known.children
    total = 0.0
    for process, now in after.items():
        then = before.get(process, CpuTime(now.parent, 0.0, 0.0))
        waited_for = now.children - then.children - ended.get(process.pid, 0.0)
        total += now.own - then.own + max(waited_for, 0.0)
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
