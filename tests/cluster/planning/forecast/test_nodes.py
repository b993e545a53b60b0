"""What a config says of its nodes, and what Ray fills in."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from cluster.configs import find, names
from cluster.planning.forecast.nodes import GIB, cluster
from cluster.planning.source import read
from errors import InputError


def config(**said: Any) -> dict[str, Any]:
    """A config of a head and a type of workers, but for what is said of the workers."""
    return {
        "cluster_name": "test",
        "max_workers": 7,
        "head_node_type": "head",
        "available_node_types": {
            "head": {"resources": {"CPU": 0}, "node_config": {"InstanceType": "m7i.xlarge"}},
            "work": {"node_config": {"InstanceType": "c7i.4xlarge"}} | said,
        },
    }


def test_what_is_not_said_is_what_ray_fills_in() -> None:
    found = cluster(config())
    work = found.types["work"]
    assert (work.min_workers, work.max_workers, work.idle_timeout_s) == (0, 7, 300.0)
    assert (found.types["head"].max_workers, found.upscaling_speed) == (0, 1.0)
    assert (work.spot, work.priority, dict(work.labels)) == (False, 0, {})


def test_resources_are_of_the_instance_and_of_the_config_above_it() -> None:
    found = cluster(config(resources={"CPU": 12, "Intel": 4}))
    assert found.types["work"].resources == {
        "CPU": 12.0,
        "Intel": 4.0,
        "memory": float(int(32 * GIB * 0.7)),
    }
    assert cluster(config()).types["work"].resources["CPU"] == 16.0


def test_a_spot_node_and_times_of_its_own() -> None:
    node = {"InstanceType": "r8g.2xlarge", "InstanceMarketOptions": {"MarketType": "spot"}}
    work = cluster(config(node_config=node, idle_timeout_s=20, priority=3)).types["work"]
    assert (work.spot, work.idle_timeout_s, work.priority) == (True, 20.0, 3)
    minutes = config() | {"idle_timeout_minutes": 0.5}
    assert cluster(minutes).types["work"].idle_timeout_s == 30.0


def test_an_unknown_instance_with_cpus_will_do() -> None:
    node = {"InstanceType": "x99.huge"}
    found = cluster(config(node_config=node, resources={"CPU": 6}))
    assert found.types["work"].resources == {"CPU": 6.0}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"node_config": {"InstanceType": "x99.huge"}}, "how many CPUs has its instance type"),
        ({"node_config": {}}, "how many CPUs has its instance type ''"),
        ({"min_workers": "two"}, "node type work: min_workers is 'two', and should be a number"),
        ({"min_workers": -1}, "node type work: min_workers is -1"),
        ({"max_workers": 1.5}, "node type work: max_workers is 1.5, and should be a whole number"),
        ({"max_workers": True}, "node type work: max_workers is True"),
        ({"min_workers": 3, "max_workers": 2}, "min_workers 3 is above its max_workers, 2"),
        ({"min_workers": 8, "max_workers": 9}, "add up to 8, more than max_workers, 7"),
        ({"resources": [1]}, "resources is no mapping"),
        ({"labels": "intel"}, "labels is no mapping"),
        ({"node_config": "c7i"}, "node_config is no mapping"),
    ],
)
def test_a_config_of_no_use_is_told(said: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as error:
        cluster(config(**said))
    assert told in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"available_node_types": {}}, "has no available_node_types"),
        ({"available_node_types": [1]}, "has no available_node_types"),
        ({"head_node_type": "other"}, "head_node_type is 'other'"),
        ({"head_node_type": ["head"]}, "head_node_type is ['head']"),
        ({"max_workers": None}, "max_workers is None"),
        ({"upscaling_speed": "fast"}, "upscaling_speed is 'fast'"),
        ({"upscaling_speed": float("nan")}, "upscaling_speed is nan"),
        ({"max_workers": float("inf")}, "max_workers is inf"),
        ({"available_node_types": {"head": None}}, "node type head is no mapping"),
    ],
)
def test_a_whole_config_of_no_use_is_told(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as error:
        cluster(config() | changed)
    assert told in str(error.value)


@pytest.mark.parametrize("name", names())
def test_every_config_of_ours_can_be_forecast(name: str) -> None:
    found = cluster(read(find(name)).config)
    assert found.workers
    assert found.types[found.head].resources["CPU"] == 0
    assert yaml.safe_load(find(name).read_text())["max_workers"] == found.max_workers


def test_a_fleet_has_further_types() -> None:
    said = config()
    node = said["available_node_types"]["work"]["node_config"]
    node["Fleet"] = {"InstanceTypes": [node["InstanceType"], "m7a.2xlarge"]}
    kind = cluster(said).types["work"]
    assert kind.alternatives == ("m7a.2xlarge",)
    assert kind.instance_types == (node["InstanceType"], "m7a.2xlarge")
    # A check finds what is wrong in it.
    node["Fleet"] = "all"
    assert cluster(said).types["work"].alternatives == ()
