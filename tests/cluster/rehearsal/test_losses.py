"""What a cluster gets over: a worker that ends under load, EC2 that is away, a lost head."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.cluster.minis import wait_until
from tests.cluster.rehearsal import bodies
from tests.cluster.rehearsal.rehearsals import Rehearsal
from tests.cluster.rehearsal.small import config
from tests.cluster.rehearsal.working import submit

# Ray gives up what takes longer than limits that are built into it, and several machines share the
# cores of this one: what fails is tried once more, and told.
pytestmark = pytest.mark.flaky(reruns=1)


def test_tasks_of_a_worker_that_ends_are_done_by_others(idle: Rehearsal, tmp_path: Path) -> None:
    worker = bodies.tasks_of_a_worker_that_ends_are_done_by_others(idle, tmp_path)
    wait_until(lambda: bool(idle.events("gone", worker)), "it is gone", 30)


def test_a_cluster_goes_on_when_ec2_was_away(idle: Rehearsal, tmp_path: Path) -> None:
    # More than all workers do at once: most is still to do when EC2 goes away.
    work = submit(idle, tmp_path, 12, seconds=8)
    work.wait_until_under_way()
    before = idle.instances()
    idle.kill_control()
    # Ray asks for instances every few seconds, and has no answer.
    time.sleep(8)
    assert idle.instances().keys() == before.keys()
    idle.bring_up()
    assert idle.alive().keys() >= before.keys()
    assert sorted(one.number for one in work.done()) == list(range(12))
    assert idle.events("lost") == []
    # What it asks for from here on, it is given.
    wait_until(lambda: not idle.workers(), "idle workers have ended", 180)
    assert len(submit(idle, tmp_path, 1, seconds=0).done()) == 1


def test_launch_after_the_head_was_lost_takes_its_workers_over(
    idle: Rehearsal, tmp_path: Path
) -> None:
    again = ("launch", "--target", "rehearsal", "--cluster", str(config(tmp_path)))
    bodies.launch_after_the_head_was_lost_takes_its_workers_over(idle, tmp_path, again)
