"""What Ray's own schema refuses, and the keys that earlier versions of Ray took."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

from cluster.planning.checks.cluster import NODE_TYPES, Cluster
from cluster.planning.checks.registry import Problem, finds
from cluster.planning.checks.values import mapping, placeholder
from cluster.planning.source import Key
from errors import ServiceError

RETIRED = {
    "head_node": "describe the head in available_node_types, and name it in head_node_type",
    "worker_nodes": "describe the workers in available_node_types",
    "target_utilization_fraction": "remove it; upscaling_speed says how fast nodes are added",
    "autoscaling_mode": "remove it; upscaling_speed says how fast nodes are added",
    "initial_workers": "write min_workers in a node type",
    "min_workers": "write min_workers in a node type",
}


@dataclass(frozen=True)
class Violation:
    """A place that Ray's schema refuses.

    Attributes:
        keys: that lead to it.
        what: is wrong there.
        allowed: the keys that may be there, where one is unknown.
    """

    keys: tuple[Key, ...]
    what: str
    allowed: tuple[str, ...] = ()

    @property
    def suggestion(self) -> str:
        """The key that was likely meant."""
        close = get_close_matches(str(self.keys[-1]), self.allowed, n=1) if self.allowed else []
        return f"write {close[0]}" if close else ""


@cache
def schema() -> dict[str, Any]:
    """Ray's schema of cluster configs, found without importing Ray, which takes its time.

    Raises:
        ServiceError: Ray is not installed, or has no such file.
    """
    found = find_spec("ray")
    places = (found.submodule_search_locations or []) if found else []
    for place in places:
        path = Path(place) / "autoscaler" / "ray-schema.json"
        if path.exists():
            return mapping(json.loads(path.read_text()))
    raise ServiceError("Ray is not installed here, and its schema checks the config: run ./invoke")


def filled(cluster: Cluster) -> dict[str, Any]:
    """The config with what Ray itself drops or fills in before it looks at its schema."""
    config = mapping(named(cluster.config))
    for key in RETIRED:
        config.pop(key, None)
    if cluster.on_aws:
        config.setdefault("cluster_name", "default")
    if cluster.on_aws and not cluster.external:
        for one in mapping(config.get(NODE_TYPES)).values():
            mapping(one).setdefault("resources", {})
    return config


def named(value: Any) -> Any:
    """A copy in which every key is text, as the schema's patterns need it."""
    if isinstance(value, dict):
        return {str(key): named(one) for key, one in value.items()}
    return [named(one) for one in value] if isinstance(value, list) else value


def violations(cluster: Cluster) -> Iterator[Violation]:
    """What Ray's schema refuses."""
    for error in Draft7Validator(schema()).iter_errors(filled(cluster)):
        keys = tuple(error.absolute_path)
        if error.validator == "additionalProperties":
            allowed = tuple(mapping(error.schema).get("properties", {}))
            for key in sorted(set(error.instance) - set(allowed)):
                yield Violation((*keys, key), f"Ray knows no {key} {place(keys)}", allowed)
        elif not placeholder(error.instance):
            yield Violation(keys, told(error, keys))


def told(error: Any, keys: tuple[Key, ...]) -> str:
    """What is wrong; never the value itself, which may be a secret."""
    name = ".".join(map(str, keys)) or "the config"
    if error.validator == "type":
        wanted = error.validator_value
        wanted = wanted if isinstance(wanted, str) else " or ".join(wanted)
        return f"{name} is {kind(error.instance)}, and must be of type {wanted}"
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return f"{name} lacks {', '.join(missing)}"
    if error.validator == "minimum":
        return f"{name} is below {error.validator_value}"
    return f"{name} is not one of those that Ray's schema has ({error.validator})"


def kind(value: Any) -> str:
    """What a value is, in words."""
    names = {dict: "a mapping", list: "a list", str: "text", bool: "a yes or no"}
    if value is None:
        return "empty"
    return names.get(type(value), f"a {type(value).__name__}")


def nameless(value: Any, keys: tuple[Key, ...]) -> Iterator[tuple[Key, ...]]:
    """The keys in a value that are no text."""
    for key, one in mapping(value).items():
        if not isinstance(key, str):
            yield (*keys, key)
        yield from nameless(one, (*keys, key))


def place(keys: tuple[Key, ...]) -> str:
    """Where a key stands, in words."""
    return f"in {'.'.join(map(str, keys))}" if keys else "at the top"


def in_type(one: Violation) -> bool:
    """Whether it is an unknown key of a node type."""
    return bool(one.allowed) and one.keys[0] == NODE_TYPES


def in_resources(one: Violation) -> bool:
    """Whether it is a value among the resources of a node type."""
    return one.keys[:1] == (NODE_TYPES,) and one.keys[2:3] == ("resources",) and len(one.keys) > 3


@finds(
    "schema",
    "error",
    "Something that Ray's schema of cluster configs refuses",
    why="ray up ends before it launches anything",
    anywhere=True,
)
def refused(cluster: Cluster) -> Iterator[Problem]:
    """All that has no check of its own."""
    for one in violations(cluster):
        if not in_type(one) and not in_resources(one):
            remedy = one.suggestion or (
                "remove it" if one.allowed else "write what the schema asks for"
            )
            yield Problem(keys=one.keys, what=one.what, remedy=remedy)
    for keys in nameless(cluster.config.get(NODE_TYPES), (NODE_TYPES,)):
        what = f"{keys[-1]} {place(keys[:-1])} is a key that is no text"
        yield Problem(keys=keys, what=what, remedy="put it in quotes")


@finds(
    "node-type-key",
    "error",
    "A key in a node type that Ray does not know",
    why="ray up refuses the whole config; what EC2 is asked for belongs in node_config",
    anywhere=True,
)
def unknown_key(cluster: Cluster) -> Iterator[Problem]:
    """Unknown keys of node types, and of their docker sections."""
    for one in violations(cluster):
        if in_type(one):
            remedy = one.suggestion or f"remove it; known are {', '.join(one.allowed)}"
            yield Problem(keys=one.keys, what=one.what, remedy=remedy)


@finds(
    "resource-number",
    "error",
    "A resource that is not a whole number",
    why="ray up refuses it: resources of a node type are whole numbers from 0 on",
    anywhere=True,
)
def fractional(cluster: Cluster) -> Iterator[Problem]:
    """Resources with fractions, below 0, or of another type."""
    for one in violations(cluster):
        if in_resources(one):
            yield Problem(
                keys=one.keys,
                what=one.what,
                remedy="write a whole number; a task may ask for a fraction of it",
            )


@finds(
    "retired-key",
    "error",
    "A key of earlier versions of Ray",
    why="Ray 2.60 refuses the config for it",
    anywhere=True,
)
def retired(cluster: Cluster) -> Iterator[Problem]:
    """Keys at the top that Ray took once; an empty head_node is dropped, min_workers ignored."""
    for key, remedy in RETIRED.items():
        if key not in cluster.config:
            continue
        what = f"{key} is a key of earlier versions of Ray"
        if key == "min_workers":
            why = "Ray 2.60 ignores it at the top: no worker is started before there is work"
            yield Problem(keys=(key,), what=what, remedy=remedy, level="warning", why=why)
        elif cluster.config[key] or key not in ("head_node", "worker_nodes"):
            yield Problem(keys=(key,), what=what, remedy=remedy)
