"""What a cluster is to do, on emulated EC2 as on AWS: the same steps for both."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.cluster.minis import wait_until
from tests.cluster.rehearsal.rehearsals import Rehearsal
from tests.cluster.rehearsal.working import submit

SECONDS_TO_LAUNCH = 900


def from_none_to_three_and_to_none_again(cluster: Rehearsal, folder: Path) -> None:
    """Work for three nodes makes three, which share it, and end when they are idle."""
    done = submit(cluster, folder, 6, seconds=15).done()
    made = {one["PrivateIpAddress"] for one in cluster.workers().values()}
    assert len(made) == 3
    assert Counter(one.address for one in done) == dict.fromkeys(made, 2)
    assert sorted(one.number for one in done) == list(range(6))
    said = cluster.invoke("status").stdout
    assert said.count("c7i.4xlarge") == 3, said
    assert said.count("joined") == 4, said
    wait_until(lambda: not cluster.workers(), "idle workers have ended", 300)


def a_task_for_graviton_runs_on_arm64(cluster: Rehearsal, folder: Path) -> None:
    """A task that asks for Graviton gets a spot instance of it."""
    (done,) = submit(cluster, folder, 1, seconds=0, resource="Graviton").done()
    assert done.machine == "aarch64"
    (worker,) = cluster.workers().values()
    assert worker["Architecture"] == "arm64"
    assert worker["InstanceLifecycle"] == "spot"
    assert worker["PrivateIpAddress"] == done.address
    wait_until(lambda: not cluster.workers(), "idle workers have ended", 300)


def tasks_of_a_worker_that_ends_are_done_by_others(cluster: Rehearsal, folder: Path) -> str:
    """An instance ends under load; gives its id."""
    work = submit(cluster, folder, 12, seconds=6)
    work.wait_until_under_way()
    worker = sorted(cluster.workers())[0]
    cluster.ec2().terminate_instances(InstanceIds=[worker])
    assert sorted(one.number for one in work.done()) == list(range(12))
    assert worker not in cluster.workers()
    return worker


def launch_after_the_head_was_lost_takes_its_workers_over(
    cluster: Rehearsal, folder: Path, again: tuple[str, ...]
) -> None:
    """The worker that there was does the work of the new head; `again` launches."""
    assert len(submit(cluster, folder, 2, seconds=1).done()) == 2
    (worker,) = cluster.workers()
    address = cluster.workers()[worker]["PrivateIpAddress"]
    (head,) = cluster.alive().keys() - {worker}
    cluster.ec2().terminate_instances(InstanceIds=[head])
    wait_until(lambda: cluster.alive().keys() == {worker}, "EC2 says that it is gone", 300)
    said = cluster.invoke("status")
    assert said.returncode == 1
    assert "has no head node" in said.stderr
    done = cluster.invoke(*again, timeout=SECONDS_TO_LAUNCH)
    assert done.returncode == 0, done.stdout + done.stderr
    (new,) = cluster.alive().keys() - {worker}
    assert new != head
    assert {one.address for one in submit(cluster, folder, 2, seconds=1).done()} == {address}
