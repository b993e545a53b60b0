"""Clusters in an emulated account: prepared, made by Ray's own provider, and taken away again."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from ray.autoscaler._private.aws.config import bootstrap_aws
from ray.autoscaler._private.providers import _get_node_provider
from ray.autoscaler._private.util import prepare_config, validate_config

from cluster.account import Account
from cluster.aws import gone, instances
from cluster.aws.cluster import Prepared, _import_key, _make_placement_group, prepare
from cluster.configs import find, names
from cluster.infra.values import Infra
from cluster.node.fleet import template
from errors import UsageError
from tests.cluster.infra.emulated import REGION, client


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def prepared(account: Account, infra: Infra, state: Path, name: str) -> Prepared:
    return prepare(account, infra, find(name), state, image="host/ray:1", through="")


@pytest.fixture(params=names())
def cluster(
    request: pytest.FixtureRequest, account: Account, infra: Infra, state: Path
) -> Iterator[Prepared]:
    """A cluster with its key and placement group, and afterwards nothing of it."""
    found = prepared(account, infra, state, request.param)
    _import_key(found)
    _make_placement_group(found)
    yield found
    gone.take_away(account, found.name, print)
    assert instances.of_cluster(account, found.name, instances.ALIVE) == []


def run(config: dict[str, Any], node_type: str, count: int) -> None:
    """Instances of a type, as `ray up` and the autoscaler make them."""
    provider = _get_node_provider(config["provider"], config["cluster_name"], use_cache=False)
    head = node_type == config["head_node_type"]
    tags = {
        "ray-node-type": "head" if head else "worker",
        "ray-user-node-type": node_type,
        "ray-node-status": "uninitialized",
    }
    node_config = config["available_node_types"][node_type]["node_config"]
    provider.create_node(dict(node_config), tags, count)


def test_rays_provider_launches_every_node_type(account: Account, cluster: Prepared) -> None:
    """Bootstrapped as by `ray up`, which finds subnets, groups, key and machine image."""
    config = prepare_config(yaml.safe_load(cluster.files.config.read_text()))
    validate_config(config)
    config = bootstrap_aws(config)  # type: ignore[no-untyped-call]
    for node_type in config["available_node_types"]:
        run(config, node_type, 1)
    found = instances.of_cluster(account, cluster.name)
    assert len(found) == len(config["available_node_types"])
    assert [one.head for one in found] == [True] + [False] * (len(found) - 1)
    for one in found:
        labels = config["available_node_types"][one.node_type]["labels"]
        # A fleet's has none, and is of spot where that has capacity.
        assert (one.arch, one.market) == (labels["arch"], labels.get("market", "spot"))
        assert one.address.startswith("127.64.")
    told = client("ec2").describe_instances(InstanceIds=[one.number for one in found])
    for reservation in told["Reservations"]:
        for one in reservation["Instances"]:
            assert "PublicIpAddress" not in one
            assert one["MetadataOptions"]["HttpTokens"] == "required"
            assert {"Key": "ray-on-aws", "Value": "ray-on-aws"} in one["Tags"]
    volumes = client("ec2").describe_volumes(
        Filters=[{"Name": "tag:ray-on-aws", "Values": ["ray-on-aws"]}]
    )["Volumes"]
    assert len(volumes) >= len(found)
    assert all(one["Encrypted"] for one in volumes)


def test_it_is_taken_away_and_no_other_with_it(account: Account, infra: Infra, state: Path) -> None:
    ours = prepared(account, infra, state, "spot")
    other = prepared(account, infra, state, "static")
    for one in (ours, other):
        _import_key(one)
        _make_placement_group(one)
        template.make(client("ec2"), one.name, {"ImageId": "ami-1"}, {"ray-on-aws": "ray-on-aws"})
        config = prepare_config(one.config)
        for node_type in config["available_node_types"]:
            run(config, node_type, 1)
    said: list[str] = []
    assert gone.take_away(account, ours.name, said.append)
    assert said == ["ending 1 head node", "ending 2 worker(s)"]
    assert len(instances.of_cluster(account, other.name)) == 2
    keys = [one["KeyName"] for one in client("ec2").describe_key_pairs()["KeyPairs"]]
    assert other.name in keys
    assert ours.name not in keys
    (kept,) = client("ec2").describe_launch_templates()["LaunchTemplates"]
    assert kept["LaunchTemplateName"].startswith(other.name)
    assert not gone.take_away(account, ours.name, said.append)
    assert gone.take_away(account, other.name, said.append)
    assert client("ec2").describe_launch_templates()["LaunchTemplates"] == []


def test_what_is_filled_in_is_for_its_owner_alone(
    account: Account, infra: Infra, state: Path
) -> None:
    found = prepared(account, infra, state, "spot")
    text = found.files.config.read_text()
    assert found.files.token.read_text() not in text
    assert stat.S_IMODE(found.files.folder.stat().st_mode) == 0o700
    assert found.launched.remote is not None
    assert found.launched.storage == f"s3://{infra.bucket}"
    assert "# Spot workers of two arches" in text


def test_what_it_was_filled_in_from_is_remembered_for_another_launch(
    account: Account, infra: Infra, state: Path
) -> None:
    remote = prepared(account, infra, state, "spot").launched.remote
    assert remote is not None
    assert Path(remote.source).samefile(find("spot"))
    assert (remote.image, remote.through) == ("host/ray:1", "")


def test_a_key_of_another_machine_is_not_replaced_under_a_cluster(
    account: Account, infra: Infra, tmp_path: Path
) -> None:
    here = prepared(account, infra, tmp_path / "here", "static")
    there = prepared(account, infra, tmp_path / "there", "static")
    _import_key(here)
    _import_key(here)
    # Nothing runs with it: the key of this launch is the one that counts.
    _import_key(there)
    run(prepare_config(there.config), "head", 1)
    with pytest.raises(UsageError, match="was launched with a key that is not on this machine"):
        _import_key(here)
    gone.take_away(account, here.name, print)


def test_a_config_for_another_region_is_refused(
    account: Account, infra: Infra, tmp_path: Path
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(find("spot").read_text().replace("region: ${region}", "region: eu-west-1"))
    with pytest.raises(
        UsageError, match=f"for the region eu-west-1, and the account's is {REGION}"
    ):
        prepare(account, infra, file, tmp_path, image="host/ray:1", through="")


def test_a_bastions_way_is_in_the_config(account: Account, infra: Infra, state: Path) -> None:
    with_bastion = replace(infra, endpoint="", bastion="203.0.113.7")
    found = prepared(account, with_bastion, state, "spot")
    assert "--through bastion" in found.config["auth"]["ssh_proxy_command"]
    assert found.launched.remote is not None
    assert found.launched.remote.proxy == found.config["auth"]["ssh_proxy_command"]


def test_a_name_of_the_users_own_goes_with_the_key_that_was_filled_in(
    account: Account, infra: Infra, tmp_path: Path
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(find("network").read_text().replace("${cluster_name}", "my-own"))
    mine = prepare(account, infra, file, tmp_path, image="host/ray:1", through="")
    _import_key(mine)
    _make_placement_group(mine)
    assert mine.name == "my-own"
    config = prepare_config(mine.config)
    run(config, "network", 1)
    keys = {one["KeyName"] for one in client("ec2").describe_key_pairs()["KeyPairs"]}
    assert config["available_node_types"]["network"]["node_config"]["KeyName"] in keys
    assert gone.take_away(account, "my-own", print)
    assert not {"my-own", mine.filled} & {
        one["KeyName"] for one in client("ec2").describe_key_pairs()["KeyPairs"]
    }
