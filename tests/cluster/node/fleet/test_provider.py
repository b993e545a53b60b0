"""The provider as Ray uses it, on emulated EC2."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from ray.autoscaler.node_launch_exception import NodeLaunchException
from ray.autoscaler.tags import TAG_RAY_NODE_KIND, TAG_RAY_NODE_NAME, TAG_RAY_NODE_STATUS

from cluster.node.fleet import FleetNodeProvider, provider
from errors import UsageError
from tests.cluster.node.fleet.emulated import CLUSTER, TAGS, TYPES, Emulated, emulated

WORKERS = {TAG_RAY_NODE_KIND: "worker"}


@pytest.fixture
def aws() -> Iterator[Emulated]:
    with emulated() as made:
        yield made


def tags(instance: dict[str, Any]) -> dict[str, str]:
    return {one["Key"]: one["Value"] for one in instance["Tags"]}


def test_ray_loads_it_by_its_module(aws: Emulated) -> None:
    assert type(aws.provider) is FleetNodeProvider


def test_resources_that_are_not_said_are_those_of_the_instance_type(aws: Emulated) -> None:
    types = {"intel": {"node_config": aws.node(), "resources": {"Intel": 8}}}
    provider: Any = aws.provider
    filled = provider.fillout_available_node_types_resources(
        {
            "provider": provider.provider_config,
            "available_node_types": types,
            "head_node_type": "head",
        }
    )
    resources = filled["available_node_types"]["intel"]["resources"]
    assert (resources["CPU"], resources["Intel"]) == (8, 8)
    assert 40 * 2**30 < resources["memory"] < 64 * 2**30


def test_a_node_has_what_its_config_says(aws: Emulated) -> None:
    assert len(aws.launch(2)) == 2
    for one in aws.alive():
        assert one["InstanceType"] == TYPES[0]
        assert one["InstanceLifecycle"] == "spot"
        assert one["KeyName"] == "key"
        assert one["SubnetId"] == aws.subnets[0]
        assert one["MetadataOptions"]["HttpTokens"] == "required"
        assert one["IamInstanceProfile"]["Arn"].endswith("/worker")
        assert [each["GroupId"] for each in one["SecurityGroups"]] == aws.node()["SecurityGroupIds"]
        data = aws.ec2.describe_instance_attribute(
            InstanceId=one["InstanceId"], Attribute="userData"
        )
        assert data["UserData"]["Value"] == "IyEvYmluL3NoCmVjaG8gdXA="
    disks = aws.ec2.describe_volumes()["Volumes"]
    assert [(one["Size"], one["Encrypted"]) for one in disks] == [(300, True)] * 2
    assert all(tags(one) == {"ray-on-aws": "lab"} for one in disks)


def test_rays_bookkeeping_is_right(aws: Emulated) -> None:
    numbers = aws.launch(3)
    provider: Any = aws.provider
    assert sorted(provider.non_terminated_nodes(dict(WORKERS))) == sorted(numbers)
    for number in numbers:
        known = provider.node_tags(number)
        assert known.items() >= TAGS.items()
        assert known["ray-cluster-name"] == CLUSTER
        assert known["ray-on-aws"] == "lab"
        assert known["ray-on-aws-market"] == "spot"
        assert provider.is_running(number)
        assert provider.internal_ip(number)
    assert {tags(one)["Name"] for one in aws.alive()} == {TAGS[TAG_RAY_NODE_NAME]}
    provider.set_node_tags(numbers[0], {TAG_RAY_NODE_STATUS: "up-to-date"})
    assert provider.node_tags(numbers[0])[TAG_RAY_NODE_STATUS] == "up-to-date"
    provider.terminate_node(numbers[0])
    provider.terminate_nodes(numbers[1:2])
    assert provider.non_terminated_nodes({}) == numbers[2:]
    assert provider.is_terminated(numbers[0])


def test_a_node_type_without_a_fleet_is_launched_as_ray_does_it(aws: Emulated) -> None:
    node = aws.node()
    del node["Fleet"], node["InstanceMarketOptions"]
    (number,) = aws.provider.create_node(node, dict(TAGS), 1)
    assert [one["InstanceId"] for one in aws.alive()] == [number]
    assert "CreateFleet" not in {name for name, _ in aws.asked}
    assert aws.ec2.describe_launch_templates()["LaunchTemplates"] == []


def test_another_zone_and_then_another_type_is_taken(aws: Emulated) -> None:
    aws.dry(zone="us-east-1a", market="spot")
    aws.launch(1)
    aws.dry(instance_type=TYPES[0], market="spot")
    aws.launch(1)
    found = {(one["InstanceType"], one["Placement"]["AvailabilityZone"]) for one in aws.alive()}
    assert found == {(TYPES[0], "us-east-1b"), (TYPES[1], "us-east-1b")}
    assert aws.markets() == {"spot": 2}


def test_on_demand_is_the_last_resort(aws: Emulated) -> None:
    aws.dry(market="spot")
    numbers = aws.launch(3)
    assert aws.markets() == {"on-demand": 3}
    assert {tags(one)["ray-on-aws-market"] for one in aws.alive()} == {"on-demand"}
    provider: Any = aws.provider
    assert sorted(provider.non_terminated_nodes(dict(WORKERS))) == sorted(numbers)


def test_what_spot_has_is_taken_and_the_rest_is_on_demand(aws: Emulated) -> None:
    aws.dry(market="spot", room=2)
    assert len(aws.launch(5)) == 5
    assert aws.markets() == {"spot": 2, "on-demand": 3}


def test_pools_that_had_nothing_are_left_out_while_another_is_left(aws: Emulated) -> None:
    aws.dry(instance_type=TYPES[0], market="spot")
    aws.launch(1)
    aws.launch(1)
    both = [(kind, "spot") for kind in TYPES for _ in aws.subnets]
    assert aws.fleets() == [both, both[2:]]


def test_a_type_that_a_zone_has_not_keeps_nobody_from_on_demand(aws: Emulated) -> None:
    aws.lacks(instance_type=TYPES[1], zone="us-east-1b")
    aws.dry(market="spot")
    aws.launch(2)
    assert aws.markets() == {"on-demand": 2}


def test_a_type_that_no_zone_has_is_told_with_ec2_s_words(aws: Emulated) -> None:
    aws.lacks()
    with pytest.raises(NodeLaunchException) as raised:
        aws.launch(1)
    assert raised.value.category == "InvalidFleetConfiguration"
    words = f"requested instance type ({TYPES[0]}) is not supported in your requested Availability"
    assert words in raised.value.description


def test_nothing_anywhere_is_told_with_its_places(aws: Emulated) -> None:
    aws.dry()
    with pytest.raises(NodeLaunchException) as raised:
        aws.launch(2)
    assert raised.value.category == "InsufficientInstanceCapacity"
    said = raised.value.description
    assert said.startswith("0 of 2 instances were launched. InsufficientInstanceCapacity: ")
    for kind in TYPES:
        for market in ("spot", "on-demand"):
            for zone in ("us-east-1a", "us-east-1b"):
                assert f"{kind} {market} in {zone}" in said


def test_what_there_is_stays_where_the_rest_is_lacking(aws: Emulated) -> None:
    aws.dry(room=2)
    with pytest.raises(NodeLaunchException, match="2 of 5 instances were launched"):
        aws.launch(5)
    provider: Any = aws.provider
    assert len(provider.non_terminated_nodes(dict(WORKERS))) == 2


def test_what_was_made_is_told_where_the_next_call_fails(
    aws: Emulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.dry(market="spot", room=2)
    make = aws.provider._client.create_fleet

    def refuse(**told: Any) -> Any:
        if told["TargetCapacitySpecification"]["DefaultTargetCapacityType"] == "spot":
            return make(**told)
        raise EndpointConnectionError(endpoint_url="https://ec2")

    monkeypatch.setattr(aws.provider._client, "create_fleet", refuse)
    with pytest.raises(NodeLaunchException) as raised:
        aws.launch(5)
    assert raised.value.category == "EndpointConnectionError"
    assert raised.value.description.startswith("2 of 5 instances were launched. ")
    assert aws.provider.waiting.seconds(TAGS["ray-user-node-type"]) > 0


def test_ray_has_seen_what_was_made_before_it_is_told_of_the_rest(
    aws: Emulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It takes a failure for one of all five, but for those that it has seen.
    monkeypatch.setattr(provider, "SECONDS_TO_BE_SEEN", 60.0)
    aws.dry(room=2)
    failed = threading.Event()

    def launch() -> None:
        with pytest.raises(NodeLaunchException):
            aws.launch(5)
        failed.set()

    thread = threading.Thread(target=launch)
    thread.start()
    while len(aws.alive()) < 2:
        time.sleep(0.05)
    assert not failed.wait(1)
    # The look that a provider is asked for, as Ray's autoscaler does.
    made: Any = aws.provider
    assert len(made.non_terminated_nodes({})) == 2
    thread.join(30)
    assert failed.is_set()


def test_never_means_spot_alone(aws: Emulated) -> None:
    aws.dry(market="spot")
    fleet = {"InstanceTypes": list(TYPES), "OnDemandAfterSeconds": "never"}
    with pytest.raises(NodeLaunchException):
        aws.launch(1, Fleet=fleet)
    assert {market for asked in aws.fleets() for _, market in asked} == {"spot"}


def test_on_demand_may_be_waited_for(aws: Emulated, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(aws.provider.waiting, "_clock", lambda: now[0])
    aws.dry(market="spot")
    fleet = {"InstanceTypes": list(TYPES), "OnDemandAfterSeconds": 60}
    for second in (0, 30, 59):
        now[0] = second
        with pytest.raises(NodeLaunchException):
            aws.launch(1, Fleet=fleet)
    now[0] = 60
    assert len(aws.launch(1, Fleet=fleet)) == 1
    assert aws.markets() == {"on-demand": 1}


def test_an_on_demand_type_asks_for_nothing_else(aws: Emulated) -> None:
    aws.launch(1, InstanceMarketOptions={})
    assert aws.markets() == {"on-demand": 1}
    assert {market for asked in aws.fleets() for _, market in asked} == {"on-demand"}


def test_a_template_is_made_once_and_again_when_it_is_gone(aws: Emulated) -> None:
    aws.launch(1)
    aws.launch(1)
    (template,) = aws.ec2.describe_launch_templates()["LaunchTemplates"]
    assert template["LaunchTemplateName"].startswith(f"{CLUSTER}-")
    assert tags(template) == {"ray-on-aws": "lab", "ray-cluster-name": CLUSTER}
    aws.ec2.delete_launch_template(LaunchTemplateId=template["LaunchTemplateId"])
    assert len(aws.launch(1)) == 1
    (again,) = aws.ec2.describe_launch_templates()["LaunchTemplates"]
    assert again["LaunchTemplateName"] == template["LaunchTemplateName"]


def test_a_template_that_is_gone_may_be_told_by_pool(
    aws: Emulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.launch(1)
    (template,) = aws.ec2.describe_launch_templates()["LaunchTemplates"]
    aws.ec2.delete_launch_template(LaunchTemplateId=template["LaunchTemplateId"])
    make = aws.provider._client.create_fleet
    code = "InvalidLaunchTemplateName.NotFoundException"

    def told(**asked: Any) -> Any:
        if not aws.ec2.describe_launch_templates()["LaunchTemplates"]:
            return {"Errors": [{"ErrorCode": code}]}
        return make(**asked)

    monkeypatch.setattr(aws.provider._client, "create_fleet", told)
    assert len(aws.launch(1)) == 1


def test_another_content_is_another_template(aws: Emulated) -> None:
    aws.launch(1)
    aws.launch(1, ImageId="ami-03cf127a")
    assert len(aws.ec2.describe_launch_templates()["LaunchTemplates"]) == 2
    assert len({one["ImageId"] for one in aws.alive()}) == 2


def test_a_template_of_an_earlier_process_is_used(aws: Emulated) -> None:
    aws.launch(1)
    aws.provider._templates.clear()
    aws.launch(1)
    assert len(aws.ec2.describe_launch_templates()["LaunchTemplates"]) == 1


def test_what_is_wrong_with_the_call_is_no_lack_of_capacity(
    aws: Emulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        answer: Any = {"Error": {"Code": "RequestLimitExceeded", "Message": "Too fast."}}
        raise ClientError(answer, "CreateFleet")

    with monkeypatch.context() as patch:
        patch.setattr(aws.provider._client, "create_fleet", refuse)
        with pytest.raises(NodeLaunchException) as raised:
            aws.launch(1)
    assert raised.value.category == "RequestLimitExceeded"
    assert raised.value.description.startswith(
        f"0 of 1 instances were launched. RequestLimitExceeded: {TYPES[0]} spot in subnet-"
    )
    assert raised.value.description.endswith("(Too fast)")
    aws.launch(1)
    # As if nothing had been: all are asked, and on-demand is not.
    assert [len(one) for one in aws.fleets()] == [len(TYPES) * len(aws.subnets)]
    assert aws.markets() == {"spot": 1}


def test_a_throttled_pool_starts_no_waiting_for_on_demand(
    aws: Emulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = {"InstanceType": TYPES[0], "SubnetId": aws.subnets[0]}
    error = {
        "LaunchTemplateAndOverrides": {"Overrides": pool},
        "ErrorCode": "RequestLimitExceeded",
        "ErrorMessage": "Too fast.",
    }
    monkeypatch.setattr(aws.provider._client, "create_fleet", lambda **_: {"Errors": [error]})
    now = [0.0]
    monkeypatch.setattr(aws.provider.waiting, "_clock", lambda: now[0])
    fleet = {"InstanceTypes": list(TYPES), "OnDemandAfterSeconds": 60}
    with pytest.raises(NodeLaunchException, match=r"r7i.2xlarge spot in .* \(Too fast\)"):
        aws.launch(1, Fleet=fleet)
    now[0] = 30.0
    assert aws.provider.waiting.seconds(TAGS["ray-user-node-type"]) == 0


def test_a_fleet_that_cannot_be_is_refused(aws: Emulated) -> None:
    with pytest.raises(UsageError, match="they are to be the same"):
        aws.launch(1, Fleet={"InstanceTypes": [TYPES[1]]})
    assert aws.fleets() == []


def test_a_highest_price_goes_along(aws: Emulated) -> None:
    options = {"MarketType": "spot", "SpotOptions": {"MaxPrice": "0.2"}}
    aws.launch(1, InstanceMarketOptions=options)
    ((_, told),) = [one for one in aws.asked if one[0] == "CreateFleet"]
    overrides = told["LaunchTemplateConfigs"][0]["Overrides"]
    assert {one["MaxPrice"] for one in overrides} == {"0.2"}
