"""The cluster configs of this project: Ray takes each, and what they share is the same in all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ray.autoscaler._private.util import prepare_config, validate_config

from cluster.configs import find, names
from cluster.configs.fill import PLACEHOLDER, fill
from cluster.node.fleet.wish import wish
from errors import UsageError
from tests.cluster.configs.filling import VALUES

DOCUMENTED = {"architectures", "autoscaling", "fleet", "mixed", "network", "nvme", "spot", "static"}


def filled(name: str) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(fill(find(name).read_text(), VALUES))
    return config


@pytest.fixture(params=names())
def config(request: pytest.FixtureRequest) -> dict[str, Any]:
    return filled(request.param)


def test_they_are_those_that_the_readme_names() -> None:
    assert set(names()) == DOCUMENTED


def test_ray_takes_each(config: dict[str, Any]) -> None:
    prepared = prepare_config(config)
    validate_config(prepared)
    assert prepared["max_workers"] == config["max_workers"]
    # Ray's own defaults would install a nightly build.
    assert prepared["setup_commands"] == [] == prepared["head_setup_commands"]


def test_nothing_is_left_open(config: dict[str, Any]) -> None:
    assert PLACEHOLDER.search(yaml.safe_dump(config)) is None


def test_what_they_share_is_the_same_in_all(config: dict[str, Any]) -> None:
    spot = filled("spot")
    for key in ("cluster_name", "auth", "file_mounts", "head_start_ray_commands"):
        assert config[key] == spot[key], key
    own = {"type": "aws"} if config["provider"]["type"] == "external" else {}
    shared = {name: value for name, value in config["provider"].items() if name != "module"}
    assert {**shared, **own} == spot["provider"]
    options = [one for one in config["docker"]["run_options"] if "/mnt/nvme" not in one]
    assert options == spot["docker"]["run_options"]
    assert {**config["docker"], "run_options": []} == {**spot["docker"], "run_options": []}


def test_every_worker_is_watched_and_the_head_is_not(config: dict[str, Any]) -> None:
    stop, start, watch = config["worker_start_ray_commands"]
    assert (stop, start.split()[:2]) == ("ray stop", ["ray", "start"])
    assert watch == filled("spot")["worker_start_ray_commands"][-1]
    assert "nohup setsid python -m cluster.node.watch --head $RAY_HEAD_IP:6379" in watch
    assert not any("watch" in command for command in config["head_start_ray_commands"])


def test_every_node_is_closed_tagged_and_encrypted(config: dict[str, Any]) -> None:
    for node_type in config["available_node_types"].values():
        node = node_type["node_config"]
        assert node["MetadataOptions"]["HttpTokens"] == "required"
        assert all(disk["Ebs"]["Encrypted"] for disk in node["BlockDeviceMappings"])
        tagged = {one["ResourceType"]: one["Tags"] for one in node["TagSpecifications"]}
        assert set(tagged) == {"instance", "volume", "network-interface"}
        assert all(
            tags == [{"Key": "ray-on-aws", "Value": "ray-on-aws"}] for tags in tagged.values()
        )
        assert node["KeyName"] == VALUES.key_name
        assert node["UserData"] == VALUES.user_data


def test_the_head_does_no_work_and_is_on_demand(config: dict[str, Any]) -> None:
    head = config["available_node_types"][config["head_node_type"]]
    assert head["resources"] == {"CPU": 0}
    assert head["max_workers"] == 0
    assert "InstanceMarketOptions" not in head["node_config"]
    assert head["node_config"]["IamInstanceProfile"] == {"Name": VALUES.head_profile}


def test_labels_say_what_the_node_is(config: dict[str, Any]) -> None:
    for node_type in config["available_node_types"].values():
        node, labels = node_type["node_config"], node_type["labels"]
        spot = node.get("InstanceMarketOptions", {}).get("MarketType") == "spot"
        # Of a fleet, some nodes may be of the one and some of the other.
        market = None if "Fleet" in node else "spot" if spot else "on-demand"
        assert labels.get("market") == market
        assert node["ImageId"] == f"ami-0{labels['arch']}"


def test_the_sizes_of_the_documents() -> None:
    static = filled("static")["available_node_types"]["intel"]
    assert static["node_config"]["InstanceType"] == "c7i.4xlarge"
    assert static["min_workers"] * static["resources"]["CPU"] == 160
    autoscaling = filled("autoscaling")["available_node_types"]["intel"]
    assert autoscaling["min_workers"] == 0
    assert autoscaling["max_workers"] * autoscaling["resources"]["CPU"] == 480


def test_the_pools_that_are_compared_are_equal() -> None:
    types = filled("architectures")["available_node_types"]
    pools = {
        one["min_workers"] * one["resources"]["CPU"]
        for name, one in types.items()
        if name != "head"
    }
    assert len(types) == 4
    assert len(pools) == 1


def test_a_fleet_has_several_types_and_falls_back() -> None:
    config = filled("fleet")
    assert config["provider"]["module"] == "cluster.node.fleet.FleetNodeProvider"
    for name, one in config["available_node_types"].items():
        wanted = wish(one["node_config"])
        if name == "head":
            assert wanted is None
            continue
        assert wanted is not None
        assert len(wanted.instance_types) >= 3
        assert len(wanted.subnets) == 2
        assert wanted.spot
        assert wanted.on_demand_after == 0


def test_a_file_of_the_users_is_found_too(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("cluster_name: mine\n")
    assert find(str(file)) == file


def test_one_that_there_is_not_is_told() -> None:
    with pytest.raises(UsageError, match="'moon' is no cluster config: choose architectures, auto"):
        find("moon")
