"""What Ray's own provider calls on the head, with our own configs, is allowed: all of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws
from ray.autoscaler._private.aws import config as bootstrap
from ray.autoscaler._private.aws import node_provider, utils
from ray.autoscaler.tags import (
    NODE_KIND_WORKER,
    STATUS_UP_TO_DATE,
    TAG_RAY_FILE_MOUNTS_CONTENTS,
    TAG_RAY_LAUNCH_CONFIG,
    TAG_RAY_NODE_KIND,
    TAG_RAY_NODE_NAME,
    TAG_RAY_NODE_STATUS,
    TAG_RAY_RUNTIME_CONFIG,
    TAG_RAY_USER_NODE_TYPE,
)

from cluster.infra.terraform import CONFIGURATION
from cluster.node.fleet import FleetNodeProvider
from cluster.rehearsal import gaps
from tests.cluster.infra.calls import (
    REGION,
    VALUES,
    create_fleet,
    create_launch_template,
    create_tags,
    describe,
    run_instances,
    terminate,
)
from tests.cluster.infra.evaluator import Request, allowed, render

CONFIGS = sorted((CONFIGURATION.parents[1] / "configs").glob("*.yaml"))
OURS = {"ray-on-aws": "lab"}
Calls = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """Every call to an emulated EC2, as Ray's clients make them."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(node_provider, "TAG_BATCH_DELAY", 0.01)
    session = boto3.Session(region_name=REGION)
    made: Calls = []
    gaps.fill()

    def record(params: dict[str, Any], model: Any, **_more: Any) -> None:
        made.append((model.name, params))

    session.events.register("provide-client-params.ec2.*", record)
    utils.resource_cache.cache_clear()
    with mock_aws():
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
        yield made
    utils.resource_cache.cache_clear()


def requests_of(operation: str, params: dict[str, Any], template: Any = None) -> list[Request]:
    if operation == "DescribeInstances":
        return describe()
    if operation == "RunInstances":
        return run_instances(params)
    if operation == "CreateLaunchTemplate":
        return create_launch_template(params)
    if operation == "CreateFleet":
        return create_fleet(params, template, on=OURS)
    if operation == "CreateTags":
        tags = {tag["Key"]: tag["Value"] for tag in params["Tags"]}
        return [
            each for name in params["Resources"] for each in create_tags(tags, on=OURS, name=name)
        ]
    if operation == "TerminateInstances":
        return terminate(on=OURS)
    raise ValueError(f"Ray calls {operation}, of which the policy says nothing")


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
def test_the_life_of_a_worker(config: Path, calls: Calls) -> None:
    values = {name: name for name in Template(config.read_text()).get_identifiers()}
    network = boto3.client("ec2", region_name=REGION)
    place = made_network(network)
    text = Template(config.read_text()).safe_substitute(
        {**values, **VALUES, **place, "worker_profile": VALUES["worker_role"]}
    )
    # As `ray up` hands it to the head.
    arrange: Any = bootstrap._configure_from_network_interfaces
    filled = arrange(yaml.safe_load(text))
    policies = [render("node", VALUES), render("launch", {**VALUES, **place})]
    assert filled["provider"]["cache_stopped_nodes"] is False  # or it would stop and start as well
    workers = [name for name in filled["available_node_types"] if name != filled["head_node_type"]]
    assert workers
    calls.clear()
    for name in workers:
        live_and_die(filled, name)
    fleets = filled["provider"]["type"] == "external"
    launching = {"CreateLaunchTemplate", "CreateFleet"} if fleets else {"RunInstances"}
    others = {"DescribeInstances", "CreateTags", "TerminateInstances"}
    assert {operation for operation, _ in calls} == launching | others
    template: dict[str, Any] = {}
    for operation, params in calls:
        template = params.get("LaunchTemplateData", template)
        assert allowed(policies, requests_of(operation, params, template)), (operation, params)


def live_and_die(config: dict[str, Any], name: str) -> None:
    """What the autoscaler and its updater do with a worker."""
    fleets = config["provider"]["type"] == "external"
    make: Any = FleetNodeProvider if fleets else node_provider.AWSNodeProvider
    provider = make(config["provider"], config["cluster_name"])
    tags = {
        TAG_RAY_NODE_KIND: NODE_KIND_WORKER,
        TAG_RAY_NODE_NAME: f"ray-{config['cluster_name']}-worker",
        TAG_RAY_LAUNCH_CONFIG: "hash",
        TAG_RAY_USER_NODE_TYPE: name,
    }
    (number,) = provider.create_node(config["available_node_types"][name]["node_config"], tags, 1)
    assert number in provider.non_terminated_nodes({TAG_RAY_NODE_KIND: NODE_KIND_WORKER})
    provider.set_node_tags(
        number,
        {
            TAG_RAY_NODE_STATUS: STATUS_UP_TO_DATE,
            TAG_RAY_RUNTIME_CONFIG: "hash",
            TAG_RAY_FILE_MOUNTS_CONTENTS: "hash",
        },
    )
    assert provider.internal_ip(number)
    provider.terminate_nodes([number])
    assert number not in provider.non_terminated_nodes({})


def made_network(ec2: Any) -> dict[str, str]:
    """What a launch refers to; gives the ids that EC2 chooses."""
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.20.{number}.0/24")["Subnet"]["SubnetId"]
        for number in (1, 2)
    ]
    group = ec2.create_security_group(GroupName="workers", Description="x", VpcId=vpc)["GroupId"]
    iam = boto3.client("iam", region_name=REGION)
    iam.create_instance_profile(InstanceProfileName=VALUES["worker_role"])
    image = ec2.describe_images()["Images"][0]["ImageId"]
    return {
        "private_subnet_a": subnets[0],
        "private_subnet_b": subnets[1],
        "worker_security_group": group,
        "ami_amd64": image,
        "ami_arm64": image,
    }


def test_what_ray_would_call_otherwise_is_not_passed_over() -> None:
    with pytest.raises(ValueError, match="StopInstances"):
        requests_of("StopInstances", {})
