"""What the checks say of Ray is what Ray does, as far as it does it without a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from jsonschema import ValidationError
from ray.autoscaler._private.aws.config import DEFAULT_AMI, _configure_from_network_interfaces
from ray.autoscaler._private.util import prepare_config, validate_config
from ray.autoscaler.v2.instance_manager.config import AutoscalingConfig

from cluster.planning.checks import schema
from cluster.planning.checks.amis import ray_defaults
from cluster.planning.checks.cluster import DEFAULT_MAX_WORKERS
from errors import ServiceError
from tests.cluster.planning.checks.twins import GOOD, TWINS, Twin


def launch(text: str) -> str:
    """What Ray does with a config: `refuses` it, `breaks` later on, or takes it."""
    config = yaml.safe_load(text)
    # It hashes the key, which is a placeholder here.
    config["auth"].pop("ssh_private_key", None)
    if raised(lambda: validate_config(prepare_config(config))):
        return "refuses"
    return "breaks" if raised(lambda: autoscale(config)) else ""


def raised(call: Callable[[], Any]) -> bool:
    """Whether Ray raises what it raises for a config that it cannot work with."""
    try:
        call()
    except (AssertionError, KeyError, RuntimeError, TypeError, ValueError, ValidationError):
        return True
    return False


def autoscale(config: dict[str, Any]) -> None:
    """What Ray's launcher and autoscaler read of the config next."""
    prepared = prepare_config(config)
    _configure_from_network_interfaces(prepared)
    autoscaling = AutoscalingConfig(config, skip_content_hash=True)
    autoscaling.get_node_type_configs()
    for name in prepared["available_node_types"]:
        autoscaling.get_docker_config(name)


def test_ray_takes_the_good_config() -> None:
    assert launch(GOOD) == ""


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: f"{twin.check}-{twin.line}")
def test_ray_does_with_a_twin_what_the_table_says(twin: Twin) -> None:
    assert launch(twin.text) == twin.ray


def test_the_default_of_max_workers_is_that_of_ray() -> None:
    config = yaml.safe_load(GOOD)
    del config["max_workers"]
    assert prepare_config(config)["max_workers"] == DEFAULT_MAX_WORKERS


def test_the_stale_amis_are_those_of_ray() -> None:
    assert ray_defaults() == set(DEFAULT_AMI.values())


def test_a_schema_without_ray_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "find_spec", lambda _: None)
    schema.schema.cache_clear()
    with pytest.raises(ServiceError, match="Ray is not installed"):
        schema.schema()
    monkeypatch.undo()
    schema.schema.cache_clear()
    assert "available_node_types" in schema.schema()["properties"]
