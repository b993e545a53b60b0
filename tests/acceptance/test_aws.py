"""The rehearsal's own tests on AWS itself: what is emulated is to do what the real one does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from cluster.account import Account
from cluster.aws import instances
from images.engine import Engine
from tests.cluster.rehearsal import bodies
from tests.cluster.rehearsal.rehearsals import Rehearsal
from tests.cluster.rehearsal.small import CLUSTER, config

INFRA = "ray-on-aws"
NAME = f"{INFRA}-{CLUSTER}"


@dataclass(frozen=True)
class OnAws(Rehearsal):
    """A cluster in the user's account, in the infra that is there."""

    @property
    def variables(self) -> dict[str, str]:
        """The credentials too, which other tests take away."""
        own = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        return own | {"RAY_ON_AWS_STATE": str(self.state)}

    def ec2(self) -> Any:
        return boto3.client("ec2")

    def alive(self) -> dict[str, dict[str, Any]]:
        """Those of the cluster: the account may have others."""
        told = self.ec2().describe_instances(
            Filters=[
                {"Name": f"tag:{instances.NAME}", "Values": [NAME]},
                {"Name": "instance-state-name", "Values": ["pending", "running"]},
            ]
        )
        return {
            one["InstanceId"]: one
            for reservation in told["Reservations"]
            for one in reservation["Instances"]
        }


@pytest.fixture(scope="module")
def launch(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    source = config(tmp_path_factory.mktemp("configs"))
    return ("launch", "--target", "aws", "--cluster", str(source), "--yes")


@pytest.fixture(scope="module")
def cluster(
    launch: tuple[str, ...], engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OnAws]:
    """A small cluster, of which nothing is left at the end."""
    own = OnAws(NAME, tmp_path_factory.mktemp("aws"), engine)
    try:
        done = own.invoke(*launch, timeout=bodies.SECONDS_TO_LAUNCH)
        assert done.returncode == 0, done.stdout + done.stderr
        yield own
    finally:
        done = own.invoke("down", timeout=bodies.SECONDS_TO_LAUNCH)
        assert done.returncode == 0, done.stdout + done.stderr
        assert instances.of_cluster(Account.chosen("", ""), NAME, instances.ALIVE) == []


def test_from_no_worker_to_three_and_to_none_again(cluster: OnAws, tmp_path: Path) -> None:
    bodies.from_none_to_three_and_to_none_again(cluster, tmp_path)


def test_a_task_for_graviton_runs_on_arm64(cluster: OnAws, tmp_path: Path) -> None:
    bodies.a_task_for_graviton_runs_on_arm64(cluster, tmp_path)


def test_tasks_of_a_worker_that_ends_are_done_by_others(cluster: OnAws, tmp_path: Path) -> None:
    bodies.tasks_of_a_worker_that_ends_are_done_by_others(cluster, tmp_path)


def test_launch_after_the_head_was_lost_takes_its_workers_over(
    cluster: OnAws, tmp_path: Path, launch: tuple[str, ...]
) -> None:
    bodies.launch_after_the_head_was_lost_takes_its_workers_over(cluster, tmp_path, launch)
