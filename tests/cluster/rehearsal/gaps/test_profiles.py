"""Every instance of a call has the instance profile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from moto.ec2.models import EC2Backend

from cluster.rehearsal.gaps import counts, profiles
from cluster.rehearsal.machines import all_machines
from tests.cluster.rehearsal.gaps.conftest import Client

Run = Callable[..., list[dict[str, Any]]]
ASSUME = '{"Version": "2012-10-17", "Statement": []}'


@pytest.fixture
def profile(client: Client) -> str:
    iam = client("iam")
    iam.create_role(RoleName="worker-role", AssumeRolePolicyDocument=ASSUME)
    iam.create_instance_profile(InstanceProfileName="worker")
    iam.add_role_to_instance_profile(InstanceProfileName="worker", RoleName="worker-role")
    return "worker"


def test_moto_gives_it_to_the_first_alone(
    client: Client, run: Run, profile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EC2Backend, "associate_iam_instance_profile", profiles.UNFILLED)
    counts.fill()
    run(3, 3, IamInstanceProfile={"Name": profile})
    told = client("ec2").describe_iam_instance_profile_associations()
    assert len(told["IamInstanceProfileAssociations"]) == 1


def test_all_have_it_and_its_role(client: Client, run: Run, profile: str) -> None:
    profiles.fill()
    counts.fill()
    made = run(1, 3, IamInstanceProfile={"Name": profile})
    bare = run(1, 1)
    told = client("ec2").describe_iam_instance_profile_associations()
    having = {one["InstanceId"] for one in told["IamInstanceProfileAssociations"]}
    assert having == {one["InstanceId"] for one in made}
    roles = {one.number: one.role for one in all_machines()}
    assert {roles[one["InstanceId"]] for one in made} == {"worker-role"}
    assert roles[bare[0]["InstanceId"]] == ""
