"""How much of a machine this process may use."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path

from workloads.machine.system import read


def vcpus(root: Path) -> int:
    """The CPUs that this process may use at a time."""
    limit, _ = cgroup_limits(root)
    return min(usable_cpus(), limit or sys.maxsize)


def usable_cpus() -> int:
    """The CPUs that this process may be scheduled on."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cgroup_limits(root: Path) -> tuple[int | None, int | None]:
    """What cgroup v2 allows this process: CPUs, rounded up, and bytes of memory; None is no limit.

    A limit on a parent binds its children too, so the smallest one on the way up counts.
    """
    mount = root / "sys/fs/cgroup"
    own = [line for line in read(root / "proc/self/cgroup").splitlines() if line[:3] == "0::"]
    folder = mount / own[0][3:].strip("/") if own else mount
    cpus, memories = [], []
    for place in (folder, *folder.parents):
        if not place.is_relative_to(mount):
            break
        quota, _, period = read(place / "cpu.max").partition(" ")
        if quota.isdigit() and period.isdigit():
            cpus.append(max(1, math.ceil(int(quota) / int(period))))
        memory = read(place / "memory.max")
        if memory.isdigit():
            memories.append(int(memory))
    return min(cpus, default=None), min(memories, default=None)
