"""Placement groups: made, described, deleted."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from moto.ec2.responses import EC2Response

from cluster.rehearsal.gaps import placement_groups
from tests.cluster.rehearsal.gaps.conftest import Client

MINE = [{"ResourceType": "placement-group", "Tags": [{"Key": "ray-on-aws", "Value": "mine"}]}]


@pytest.fixture(autouse=True)
def _filled() -> None:
    placement_groups.fill()


def names(client: Client, **asked: object) -> list[str]:
    told = client("ec2").describe_placement_groups(**asked)["PlacementGroups"]
    return [one["GroupName"] for one in told]


@pytest.mark.parametrize("call", ["create", "describe", "delete"])
def test_moto_does_not_know_the_calls(
    client: Client, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    operation = f"{call}_placement_group{'s' if call == 'describe' else ''}"
    monkeypatch.delattr(EC2Response, operation)
    asked = {
        "create": {"GroupName": "one", "Strategy": "cluster"},
        "delete": {"GroupName": "one"},
    }.get(call, {})
    with pytest.raises(NotImplementedError):
        getattr(client("ec2"), operation)(**asked)


def test_a_group_is_there_from_its_making_to_its_deletion(client: Client) -> None:
    ec2 = client("ec2")
    made = ec2.create_placement_group(GroupName="one", Strategy="spread", TagSpecifications=MINE)
    assert made["PlacementGroup"]["GroupId"].startswith("pg-")
    (told,) = ec2.describe_placement_groups()["PlacementGroups"]
    assert (told["Strategy"], told["State"]) == ("spread", "available")
    assert told["Tags"] == [{"Key": "ray-on-aws", "Value": "mine"}]
    ec2.delete_placement_group(GroupName="one")
    assert names(client) == []


def test_groups_are_found_by_name_and_by_tag(client: Client) -> None:
    ec2 = client("ec2")
    ec2.create_placement_group(GroupName="one", Strategy="cluster", TagSpecifications=MINE)
    ec2.create_placement_group(GroupName="two", Strategy="cluster")
    assert names(client, GroupNames=["two"]) == ["two"]
    assert names(client, Filters=[{"Name": "group-name", "Values": ["one"]}]) == ["one"]
    assert names(client, Filters=[{"Name": "tag:ray-on-aws", "Values": ["mine"]}]) == ["one"]
    assert names(client, Filters=[{"Name": "tag:ray-on-aws", "Values": ["other"]}]) == []


@pytest.mark.parametrize(
    ("call", "asked", "code"),
    [
        ("create", {"GroupName": "one", "Strategy": "cluster"}, "Duplicate"),
        ("delete", {"GroupName": "two"}, "Unknown"),
    ],
)
def test_errors_are_ec2_s(client: Client, call: str, asked: dict[str, str], code: str) -> None:
    ec2 = client("ec2")
    ec2.create_placement_group(GroupName="one", Strategy="cluster")
    with pytest.raises(ClientError) as raised:
        getattr(ec2, f"{call}_placement_group")(**asked)
    assert raised.value.response["Error"]["Code"] == f"InvalidPlacementGroup.{code}"


def test_a_filter_that_is_not_emulated_is_refused(client: Client) -> None:
    client("ec2").create_placement_group(GroupName="one", Strategy="cluster")
    with pytest.raises(ClientError, match="The filter 'state' is invalid"):
        names(client, Filters=[{"Name": "state", "Values": ["available"]}])
