"""A fleet of the kind `instant` makes instances as RunInstances does, where there is room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from moto.ec2.responses import EC2Response

from cluster.rehearsal.faults import Fault, Faults
from cluster.rehearsal.gaps import counts, fleets, profiles
from tests.cluster.rehearsal.gaps.conftest import Client

Create = Callable[..., dict[str, Any]]


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Faults:
    found = Faults()
    monkeypatch.setattr(fleets.Market, "room", found.room)
    return found


@pytest.fixture
def create(client: Client, subnet: str) -> Create:
    """CreateFleet, of a template with a group, a profile and a disk; gives the answer."""
    for gap in (counts, profiles, fleets):
        gap.fill()
    ec2, iam = client("ec2"), client("iam")
    iam.create_instance_profile(InstanceProfileName="worker")
    group = ec2.create_security_group(GroupName="own", Description="own")["GroupId"]
    disk = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 300, "Encrypted": True}}
    ec2.create_launch_template(
        LaunchTemplateName="own",
        LaunchTemplateData={
            "ImageId": "ami-12c6146b",
            "UserData": "aGVsbG8=",
            "SecurityGroupIds": [group],
            "IamInstanceProfile": {"Name": "worker"},
            "BlockDeviceMappings": [disk],
            "TagSpecifications": [tagged("volume", "of", "template")],
        },
        TagSpecifications=[tagged("launch-template", "of", "nothing else")],
    )

    def made(count: int, market: str = "spot", *types: str, **more: Any) -> dict[str, Any]:
        overrides = [
            {"InstanceType": one, "SubnetId": subnet} for one in types or ("c7i.large", "c7a.large")
        ]
        template = {"LaunchTemplateName": "own", "Version": "$Default"}
        wanted = {"TotalTargetCapacity": count, "DefaultTargetCapacityType": market}
        told: dict[str, Any] = ec2.create_fleet(
            **{
                "Type": "instant",
                "LaunchTemplateConfigs": [
                    {"LaunchTemplateSpecification": template, "Overrides": overrides}
                ],
                "TargetCapacitySpecification": wanted,
                "TagSpecifications": [tagged("instance", "of", "request")],
                **more,
            }
        )
        return told

    return made


def tagged(kind: str, key: str, value: str) -> dict[str, Any]:
    return {"ResourceType": kind, "Tags": [{"Key": key, "Value": value}]}


def described(client: Client) -> list[dict[str, Any]]:
    told = client("ec2").describe_instances()["Reservations"]
    return [one for each in told for one in each["Instances"]]


def test_motos_have_no_group_and_no_profile(
    client: Client, create: Create, monkeypatch: pytest.MonkeyPatch
) -> None:
    patched: Any = EC2Response
    monkeypatch.setattr(patched, "create_fleet", fleets.UNFILLED)
    create(1, "on-demand")
    (one,) = described(client)
    assert one["SecurityGroups"] == []
    assert "IamInstanceProfile" not in one


@pytest.mark.usefixtures("faults")
@pytest.mark.parametrize("market", ["spot", "on-demand"])
def test_instances_are_as_template_and_override_say(
    client: Client, create: Create, subnet: str, market: str
) -> None:
    told = create(2, market)
    (made,) = told["Instances"]
    assert (made["InstanceType"], made["Lifecycle"]) == ("c7i.large", market)
    assert made["LaunchTemplateAndOverrides"]["Overrides"]["SubnetId"] == subnet
    assert told["Errors"] == []
    found = described(client)
    assert [one["InstanceId"] for one in found] == made["InstanceIds"]
    for one in found:
        assert one.get("InstanceLifecycle", "on-demand") == market
        assert one["SubnetId"] == subnet
        assert [each["GroupName"] for each in one["SecurityGroups"]] == ["own"]
        assert one["IamInstanceProfile"]["Arn"].endswith("/worker")
        assert one["Tags"] == [{"Key": "of", "Value": "request"}]
    disks = client("ec2").describe_volumes()["Volumes"]
    assert [(one["Size"], one["Tags"][0]["Value"]) for one in disks] == [(300, "template")] * 2
    data = client("ec2").describe_instance_attribute(
        InstanceId=made["InstanceIds"][0], Attribute="userData"
    )
    assert data["UserData"]["Value"] == "aGVsbG8="


def test_what_one_type_has_not_the_next_one_gives(create: Create, faults: Faults) -> None:
    faults.add(Fault(kind="capacity", instance_type="c7i.large", room=1))
    told = create(3)
    made = [(one["InstanceType"], len(one["InstanceIds"])) for one in told["Instances"]]
    assert made == [("c7i.large", 1), ("c7a.large", 2)]
    (error,) = told["Errors"]
    assert error["ErrorCode"] == "InsufficientInstanceCapacity"
    override = error["LaunchTemplateAndOverrides"]["Overrides"]
    assert override["InstanceType"] == "c7i.large"
    assert override["AvailabilityZone"].startswith("us-east-1")


def test_a_fleet_of_nothing_is_no_error_of_the_call(
    client: Client, create: Create, faults: Faults
) -> None:
    faults.add(Fault(kind="capacity", market="spot"))
    told = create(3)
    assert told["Instances"] == []
    assert len(told["Errors"]) == 2
    assert described(client) == []


def test_three_that_refuse_are_tried_and_no_more(create: Create, faults: Faults) -> None:
    faults.add(Fault(kind="capacity", instance_type="c7i.large"))
    faults.add(Fault(kind="offer", instance_type="c7i.xlarge"))
    faults.add(Fault(kind="capacity", instance_type="c7i.2xlarge"))
    told = create(1, "spot", "c7i.large", "c7i.xlarge", "c7i.2xlarge", "c7i.4xlarge", "c7a.large")
    assert told["Instances"] == []
    assert [one["ErrorCode"] for one in told["Errors"]] == [
        "InsufficientInstanceCapacity",
        "InvalidFleetConfiguration",
        "InsufficientInstanceCapacity",
        "UnfulfillableCapacity",
        "UnfulfillableCapacity",
    ]


@pytest.mark.usefixtures("faults")
def test_other_kinds_of_fleets_stay_motos(create: Create) -> None:
    assert "Instances" not in create(1, "on-demand", Type="request")
