"""Ray's autoscaler on emulated EC2: as many workers as there is work for, of the arch asked for."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.cluster.minis import wait_until
from tests.cluster.rehearsal import bodies
from tests.cluster.rehearsal.rehearsals import Rehearsal
from tests.cluster.rehearsal.working import submit
from tests.engines import skip

# Ray gives up what takes longer than limits that are built into it, and several machines share the
# cores of this one: what fails is tried once more, and told.
pytestmark = pytest.mark.flaky(reruns=1)


def test_from_no_worker_to_three_and_to_none_again(idle: Rehearsal, tmp_path: Path) -> None:
    begin = time.time()
    bodies.from_none_to_three_and_to_none_again(idle, tmp_path)
    # Ray asks for them in one call, of which moto by itself would give one.
    asked = [one for one in idle.events("asked for") if one.at > begin]
    assert [one.details["count"] for one in asked] == ["3"]
    wait_until(lambda: len(idle.instances()) == 1, "their containers are gone")
    head = next(iter(idle.instances()))
    mine = [one.name for one in idle.engine.client.volumes.list(filters={"name": idle.name})]
    assert sorted(mine) == sorted([f"{idle.world.name}-data", f"{idle.world.name}-{head}"])


def test_a_task_for_graviton_runs_on_arm64(idle: Rehearsal, tmp_path: Path) -> None:
    if not idle.engine.runs("arm64"):
        skip("this machine does not emulate arm64: see ./invoke doctor")
    bodies.a_task_for_graviton_runs_on_arm64(idle, tmp_path)


def test_what_ec2_refuses_is_shown_and_got_over(idle: Rehearsal, tmp_path: Path) -> None:
    idle.ask("faults/add", kind="deny", action="RunInstances")
    work = submit(idle, tmp_path, 2, seconds=1)
    check_refused(idle, "UnauthorizedOperation")
    idle.ask("faults/add", kind="capacity", instance_type="c7i.4xlarge")
    idle.ask("faults/clear", kind="deny")
    check_refused(idle, "InsufficientInstanceCapacity")
    assert idle.workers() == {}
    idle.ask("faults/clear")
    assert len(work.done()) == 2


def check_refused(idle: Rehearsal, code: str) -> None:
    """A call is refused, which is written down, and in what Ray's autoscaler says."""
    refused = lambda: [one.details["said"] for one in idle.events("refused")][-1:] == [code]  # noqa: E731
    wait_until(refused, f"{code} is written down", 120)
    wait_until(lambda: code in idle.status() or "LaunchFailed" in idle.status(), "it is shown", 60)
