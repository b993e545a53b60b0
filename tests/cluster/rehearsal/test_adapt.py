"""A cluster config as the rehearsal runs it: what differs, and that nothing else does."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from cluster.configs import FOLDER
from cluster.rehearsal.adapt import LEAST_MEMORY, adapted, cpus, inside, memory
from cluster.rehearsal.world import World

WORLD = World(
    name="test-rehearsal",
    folder="/nowhere",
    prefix="10.222",
    instance_image="instance",
    stores={"amd64": "store"},
    store_keys=("access-key", "secret-key"),
)

CONFIGS = sorted(FOLDER.glob("*.yaml"))


def config(text: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text)
    return found


@pytest.mark.parametrize(
    "text", [one.read_text() for one in CONFIGS], ids=[c.stem for c in CONFIGS]
)
def test_nothing_else_differs(text: str) -> None:
    given = config(text)
    before = copy.deepcopy(given)
    after = adapted(given, WORLD, "amd64")
    assert given == before
    assert after["docker"].pop("pull_before_run") is False
    before["docker"].pop("pull_before_run", None)
    options = after["docker"].pop("run_options")
    expected = [one for one in before["docker"].pop("run_options") if "ulimit" not in one]
    assert options[: len(expected)] == expected
    added = [f"--env={name}={value}" for name, value in inside(WORLD).items()]
    assert options[len(expected) :] == added
    for name, node_type in after["available_node_types"].items():
        was = before["available_node_types"][name].get("resources", {})
        told = node_type.pop("resources")
        assert told.keys() - was.keys() <= {"memory", "object_store_memory"}
        emulated = before["available_node_types"][name]["labels"]["arch"] == "arm64"
        assert {one: told[one] for one in was} == (
            {one: amount // 4 for one, amount in was.items()} if emulated else was
        )
        before["available_node_types"][name].pop("resources", None)
    assert after == before


@pytest.mark.parametrize(
    ("instance_type", "gib"), [("r7i.2xlarge", 2.0), ("c7i.4xlarge", 1.0), ("m7i.xlarge", 1.0)]
)
def test_memory_is_scaled_but_never_below_what_ray_needs(instance_type: str, gib: float) -> None:
    told = memory({"node_config": {"InstanceType": instance_type}})
    assert sum(told.values()) == gib * 2**30
    assert sum(told.values()) >= LEAST_MEMORY
    assert told["memory"] > told["object_store_memory"] > 2**28


@pytest.mark.parametrize(
    ("resources", "told"),
    [
        ({"CPU": 8, "Graviton": 8, "Disk": 1}, {"CPU": 2, "Graviton": 2}),
        # Without a word of it, Ray would take what the type has.
        ({}, {"CPU": 2}),
        ({"CPU": 2, "Graviton": 2}, {"CPU": 1, "Graviton": 1}),
        # A head that takes no work takes none.
        ({"CPU": 0}, {"CPU": 0}),
    ],
)
def test_an_emulated_node_has_a_quarter_of_the_cpus(
    resources: dict[str, int], told: dict[str, int]
) -> None:
    node_type = {"node_config": {"InstanceType": "r8g.2xlarge"}, "resources": resources}
    assert cpus(node_type, "amd64") == told
    assert cpus(node_type, "arm64") == {}


def test_no_key_is_in_a_config() -> None:
    """Nodes have them from the metadata service, as on EC2."""
    text = yaml.safe_dump(adapted(config(CONFIGS[0].read_text()), WORLD, "amd64"))
    for key in WORLD.store_keys:
        assert key not in text
