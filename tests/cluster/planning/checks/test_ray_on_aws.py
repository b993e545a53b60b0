"""What the checks say that Ray does in the account, tried with Ray's own code on emulated AWS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from click import ClickException
from moto import mock_aws
from moto.core.config import DefaultConfig
from ray.autoscaler._private.aws.config import bootstrap_aws
from ray.autoscaler._private.aws.node_provider import AWSNodeProvider
from ray.autoscaler._private.aws.utils import resource_cache
from ray.autoscaler._private.commands import _bootstrap_config
from ray.autoscaler._private.util import prepare_config

# They have no types.
BOOTSTRAP: Any = bootstrap_aws
PROVIDER: Any = AWSNodeProvider
REGION = "us-west-2"
PROFILE = {"IamInstanceProfile": {"Name": "own"}}
CONFIG = """
cluster_name: tried
max_workers: 2
provider: {type: aws, region: us-west-2, use_internal_ips: true}
auth: {ssh_user: ec2-user, ssh_private_key: /nowhere}
head_node_type: head
available_node_types:
  head:
    resources: {CPU: 0}
    node_config: {InstanceType: m7i.xlarge, ImageId: ami-1, KeyName: key}
"""


@dataclass(frozen=True)
class Account:
    """An emulated account with a network.

    Attributes:
        wanted: the subnet that a config names.
        groups: of that network.
    """

    wanted: str
    groups: list[str]


@contextmanager
def emulated(settings: DefaultConfig | None = None) -> Iterator[Account]:
    """An account in which Ray finds a network with two subnets."""
    with mock_aws(config=settings):
        resource_cache.cache_clear()
        boto3.client("iam", region_name=REGION).create_instance_profile(InstanceProfileName="own")
        network = boto3.resource("ec2", region_name=REGION).create_vpc(CidrBlock="10.9.0.0/16")
        subnets = [
            network.create_subnet(CidrBlock=f"10.9.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")
            for n, zone in enumerate("ab")
        ]
        group = network.create_security_group(GroupName="own", Description="own")
        yield Account(subnets[0].id, [group.id])
    resource_cache.cache_clear()


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where Ray puts keys."""
    monkeypatch.setenv("HOME", str(tmp_path))
    # Ray waits for AWS to spread new rights, which takes no time here.
    monkeypatch.setattr("ray.autoscaler._private.aws.config.time.sleep", lambda _: None)


@pytest.fixture
def account() -> Iterator[Account]:
    with emulated() as made:
        yield made


def bootstrapped(config: dict[str, Any] | None = None, **node: Any) -> dict[str, Any]:
    """The config as Ray would launch it, with these in the head's node_config."""
    config = config or yaml.safe_load(CONFIG)
    config["available_node_types"]["head"]["node_config"].update(node)
    done: dict[str, Any] = BOOTSTRAP(prepare_config(config))
    return done


def test_a_subnet_id_is_overwritten(account: Account) -> None:
    config = bootstrapped(SubnetId=account.wanted, SecurityGroupIds=account.groups, **PROFILE)
    node = config["available_node_types"]["head"]["node_config"]
    assert node["SubnetIds"][0] != account.wanted
    provider = PROVIDER({**config["provider"], "cache_stopped_nodes": False}, "tried")
    (instance,) = provider.create_node(node, {}, 1).values()
    assert instance.subnet_id != account.wanted


def test_subnet_ids_are_kept(account: Account) -> None:
    config = bootstrapped(SubnetIds=[account.wanted], SecurityGroupIds=account.groups, **PROFILE)
    node = config["available_node_types"]["head"]["node_config"]
    assert node["SubnetIds"] == [account.wanted]


def test_without_a_group_ray_makes_one_that_is_open(account: Account) -> None:
    config = bootstrapped(SubnetIds=[account.wanted], **PROFILE)
    (made,) = config["available_node_types"]["head"]["node_config"]["SecurityGroupIds"]
    group = boto3.resource("ec2", region_name=REGION).SecurityGroup(made)
    (ssh,) = [rule for rule in group.ip_permissions if rule.get("FromPort") == 22]
    assert ssh["IpRanges"] == [{"CidrIp": "0.0.0.0/0"}]


def test_without_a_profile_ray_makes_a_role_that_may_do_anything() -> None:
    with emulated({"iam": {"load_aws_managed_policies": True}}) as account:
        bootstrapped(SubnetIds=[account.wanted], SecurityGroupIds=account.groups)
        role = boto3.resource("iam").Role("ray-autoscaler-v1")
        names = {policy.policy_name for policy in role.attached_policies.all()}
    assert names == {"AmazonEC2FullAccess", "AmazonS3FullAccess"}


def test_a_key_without_its_name_is_refused(account: Account) -> None:
    config = yaml.safe_load(CONFIG)
    del config["available_node_types"]["head"]["node_config"]["KeyName"]
    with pytest.raises(AssertionError):
        bootstrapped(config, SubnetIds=[account.wanted], **PROFILE)


def test_without_a_key_ray_makes_one_and_leaves_it(account: Account, tmp_path: Path) -> None:
    config = yaml.safe_load(CONFIG)
    del config["auth"]["ssh_private_key"]
    bootstrapped(config, SubnetIds=[account.wanted], SecurityGroupIds=account.groups, **PROFILE)
    assert (tmp_path / ".ssh" / f"ray-autoscaler_{REGION}.pem").exists()
    assert boto3.client("ec2", region_name=REGION).describe_key_pairs()["KeyPairs"]


def test_a_zone_of_another_region_leaves_no_subnet(account: Account) -> None:
    config = yaml.safe_load(CONFIG)
    config["provider"]["availability_zone"] = "eu-west-1a"
    with pytest.raises(ClickException):
        bootstrapped(config, SecurityGroupIds=account.groups, **PROFILE)


def test_a_missing_region_is_a_key_error() -> None:
    config = yaml.safe_load(CONFIG)
    del config["provider"]["region"]
    with pytest.raises(KeyError, match="region"):
        _bootstrap_config(config, no_config_cache=True)
