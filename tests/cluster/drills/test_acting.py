"""What is asked of EC2 and of its Fault Injection Service, by moto's account of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto.fis.models import Experiment

from cluster.account import Account
from cluster.drills import acting
from cluster.drills.acting import SECONDS_OF_NOTICE, FaultInjection, terminate
from errors import ServiceError, UsageError
from tests.cluster.infra.emulated import NUMBER, REGION, aws, client

ROLE = f"arn:aws:iam::{NUMBER}:role/drills"


@pytest.fixture(scope="module", autouse=True)
def emulated() -> Iterator[None]:
    with aws():
        yield


def test_notice_is_an_experiment_on_that_instance_alone_and_no_template_stays() -> None:
    injection = FaultInjection(Account(REGION), ROLE, "lab")
    assert injection.interrupt("i-0123456789abcdef0") == SECONDS_OF_NOTICE
    fis = client("fis")
    (listed,) = fis.list_experiments()["experiments"]
    told = fis.get_experiment(id=listed["id"])["experiment"]
    assert told["roleArn"] == ROLE
    (target,) = told["targets"].values()
    arn = f"arn:aws:ec2:{REGION}:{NUMBER}:instance/i-0123456789abcdef0"
    assert target["resourceArns"] == [arn]
    assert target["resourceType"] == "aws:ec2:spot-instance"
    (action,) = told["actions"].values()
    assert action["actionId"] == "aws:ec2:send-spot-instance-interruptions"
    assert action["parameters"] == {"durationBeforeInterruption": "PT2M"}
    assert action["targets"].keys() == {"SpotInstances"}
    assert fis.list_experiment_templates()["experimentTemplates"] == []


@pytest.mark.parametrize("status", ["failed", "cancelled", "skipped"])
def test_a_notice_that_is_not_given_is_told(status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(experiment: Experiment) -> str:
        for action in experiment.actions.values():
            action["state"] = {"status": status, "reason": "The target is no spot instance"}
        return status

    monkeypatch.setattr(Experiment, "_sync_state", told)
    injection = FaultInjection(Account(REGION), ROLE, "lab")
    with pytest.raises(ServiceError, match=f"no notice, .*: {status}, The target is no spot"):
        injection.interrupt("i-0123456789abcdef0")


def test_a_notice_that_is_late_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = ["pending", "initiating", "running"]

    def told(experiment: Experiment) -> str:
        status = looks.pop(0) if len(looks) > 1 else looks[0]
        for action in experiment.actions.values():
            action["state"] = {"status": status}
        return status

    monkeypatch.setattr(acting, "SECONDS_BETWEEN_LOOKS", 0.01)
    monkeypatch.setattr(Experiment, "_sync_state", told)
    FaultInjection(Account(REGION), ROLE, "lab").interrupt("i-0123456789abcdef0")
    assert looks == ["running"]


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_the_instance_is_of_the_partition_that_the_role_is_of(partition: str) -> None:
    role = f"arn:{partition}:iam::{NUMBER}:role/drills"
    told = FaultInjection(Account(REGION), role, "lab")._template("i-1")
    assert told["targets"]["one"]["resourceArns"] == [
        f"arn:{partition}:ec2:{REGION}:{NUMBER}:instance/i-1"
    ]


def test_without_a_role_it_says_what_to_name() -> None:
    with pytest.raises(UsageError, match="with --role ARN"):
        FaultInjection(Account(REGION), "", "lab").interrupt("i-0123456789abcdef0")


def test_an_instance_is_ended_and_one_that_is_none_is_told() -> None:
    made = client("ec2").run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)
    number = made["Instances"][0]["InstanceId"]
    terminate(Account(REGION), number)
    told = client("ec2").describe_instances(InstanceIds=[number])
    assert told["Reservations"][0]["Instances"][0]["State"]["Name"] == "terminated"
    with pytest.raises(ServiceError, match="ending i-0123456789abcdef0: AWS says"):
        terminate(Account(REGION), "i-0123456789abcdef0")
