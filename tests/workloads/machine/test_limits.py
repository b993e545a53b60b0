"""How much of a machine a process may use, as cgroups tell it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workloads.machine.told import put
from workloads.machine import limits


def test_the_smallest_limit_on_the_way_up_binds(tmp_path: Path) -> None:
    put(tmp_path, "proc/self/cgroup", "1:cpu:/old\n0::/slice/job\n")
    put(tmp_path, "sys/fs/cgroup/slice/job/cpu.max", "400000 100000\n")
    put(tmp_path, "sys/fs/cgroup/slice/job/memory.max", "2000\n")
    put(tmp_path, "sys/fs/cgroup/slice/cpu.max", "150000 100000\n")
    put(tmp_path, "sys/fs/cgroup/slice/memory.max", "1000\n")
    assert limits.cgroup_limits(tmp_path) == (2, 1000)


def test_a_container_sees_its_own_limit_at_the_root(tmp_path: Path) -> None:
    put(tmp_path, "proc/self/cgroup", "0::/\n")
    put(tmp_path, "sys/fs/cgroup/cpu.max", "50000 100000\n")
    put(tmp_path, "sys/fs/cgroup/memory.max", "max\n")
    assert limits.cgroup_limits(tmp_path) == (1, None)


@pytest.mark.parametrize("own", ["", "0::/\n", "0::/../outside\n", "4:memory:/v1\n"])
def test_no_limit_is_none(tmp_path: Path, own: str) -> None:
    put(tmp_path, "proc/self/cgroup", own)
    assert limits.cgroup_limits(tmp_path) == (None, None)
