"""The node types of a cluster config, as Ray's autoscaler sees them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cluster.instances import instance
from cluster.node.fleet.wish import AFTER, KEY, NEVER, TYPES
from cluster.prices.price import Prices
from errors import InputError, UsageError

# What Ray fills in for the provider `aws` where a config says nothing (its aws/defaults.yaml).
MAX_WORKERS = 2
UPSCALING_SPEED = 1.0
IDLE_TIMEOUT_MINUTES = 5.0
# The share of an instance's memory that Ray leaves to tasks; the object store has the rest.
MEMORY_FOR_TASKS = 0.7
GIB = 1024**3


@dataclass(frozen=True, kw_only=True)
class NodeType:
    """An entry of `available_node_types`.

    Attributes:
        name: of the entry.
        instance_type: `c7i.4xlarge`.
        resources: what a node of it has, memory in bytes.
        labels: its own.
        min_workers: as many are kept.
        max_workers: as many may be, the head node not counted.
        idle_timeout_s: so long a node idles before it is given back.
        priority: which of two that suit as well comes first.
        spot: whether its instances are spot instances.
        alternatives: further instance types that it may be filled with.
        falls_back: whether a spot node may be an on-demand one in the end.
    """

    name: str
    instance_type: str
    resources: Mapping[str, float]
    labels: Mapping[str, str]
    min_workers: int
    max_workers: int
    idle_timeout_s: float
    priority: int
    spot: bool
    alternatives: tuple[str, ...] = ()
    falls_back: bool = False

    @property
    def instance_types(self) -> tuple[str, ...]:
        """All that it may be filled with."""
        return (self.instance_type, *self.alternatives)

    def hourly(self, prices: Prices, *, spot: bool) -> float | None:
        """Dollars an hour of a node; of several types those of the cheapest that is known."""
        known = [prices.hourly(one, spot=spot) for one in self.instance_types]
        return min((one for one in known if one is not None), default=None)

    def dearest(self, prices: Prices) -> float | None:
        """Dollars an hour that a node costs at most; None where a price is not known."""
        markets = {self.spot, self.spot and not self.falls_back}
        known = [prices.hourly(one, spot=spot) for one in self.instance_types for spot in markets]
        found = [one for one in known if one is not None]
        return max(found) if len(found) == len(known) else None


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A cluster config, as far as it bears on which nodes there are.

    Attributes:
        name: `cluster_name`.
        head: the node type of the head node.
        types: every node type by its name, in the order of the config.
        max_workers: of all types together.
        upscaling_speed: as many times its running nodes may a type ask for in one round.
    """

    name: str
    head: str
    types: Mapping[str, NodeType]
    max_workers: int
    upscaling_speed: float

    @property
    def workers(self) -> list[NodeType]:
        """The types that may have worker nodes."""
        return [kind for kind in self.types.values() if kind.max_workers > 0]


def cluster(config: Mapping[str, Any]) -> Cluster:
    """The cluster of a config.

    Raises:
        InputError: what the config says of its nodes is no use to a forecast.
    """
    entries = config.get("available_node_types")
    if not isinstance(entries, Mapping) or not entries:
        raise InputError("the config has no available_node_types, so nothing can be forecast of it")
    entries = {str(name): entry for name, entry in entries.items()}
    only = next(iter(entries)) if len(entries) == 1 else None
    head = config.get("head_node_type", only)
    if not isinstance(head, str) or head not in entries:
        raise InputError(f"head_node_type is {head!r}, which is none of available_node_types")
    found = Cluster(
        name=str(config.get("cluster_name", "")),
        head=head,
        types={name: _node_type(name, entry, config, head) for name, entry in entries.items()},
        max_workers=_whole(config, "max_workers", MAX_WORKERS),
        upscaling_speed=_number(config, "upscaling_speed", UPSCALING_SPEED),
    )
    _check_minimum(found)
    return found


def _check_minimum(found: Cluster) -> None:
    """Refuses what Ray refuses: minima that the maxima do not hold."""
    least = sum(kind.min_workers for kind in found.types.values())
    if least > found.max_workers:
        raise InputError(
            f"the min_workers of all node types add up to {least}, more than max_workers, "
            f"{found.max_workers}: raise max_workers"
        )
    for kind in found.types.values():
        if kind.min_workers > kind.max_workers:
            raise InputError(
                f"node type {kind.name}: min_workers {kind.min_workers} is above its max_workers, "
                f"{kind.max_workers}"
            )


def _node_type(name: str, entry: Any, config: Mapping[str, Any], head: str) -> NodeType:
    if not isinstance(entry, Mapping):
        raise InputError(f"node type {name} is no mapping, so nothing can be forecast of it")
    node = _mapping(name, entry, "node_config")
    minutes = _number(config, "idle_timeout_minutes", IDLE_TIMEOUT_MINUTES)
    most = 0 if name == head else _whole(config, "max_workers", MAX_WORKERS)
    instance_type = str(node.get("InstanceType", ""))
    return NodeType(
        name=name,
        instance_type=instance_type,
        resources=_resources(name, entry, instance_type),
        labels={str(key): str(value) for key, value in _mapping(name, entry, "labels").items()},
        min_workers=_whole(entry, "min_workers", 0, name),
        max_workers=_whole(entry, "max_workers", most, name),
        idle_timeout_s=_number(entry, "idle_timeout_s", minutes * 60, name),
        priority=_whole(entry, "priority", 0, name),
        spot=_is_spot(node),
        alternatives=_alternatives(node),
        falls_back=_falls_back(node),
    )


def _resources(name: str, entry: Mapping[str, Any], instance_type: str) -> dict[str, float]:
    """What Ray takes a node to have: what the instance has, and over it what the config says."""
    said = _mapping(name, entry, "resources")
    given = {str(key): _number(said, str(key), 0.0, name) for key in said}
    try:
        known = instance(instance_type)
    except UsageError as error:
        if "CPU" in given:
            return given
        raise InputError(
            f"node type {name}: how many CPUs has its instance type {instance_type!r}? "
            "say it as resources: {CPU: …}"
        ) from error
    memory = int(known.memory_gib * GIB * MEMORY_FOR_TASKS)
    return {"CPU": float(known.vcpus), "memory": float(memory)} | given


def _mapping(name: str, entry: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = entry.get(key) or {}
    if not isinstance(value, Mapping):
        raise InputError(f"node type {name}: {key} is no mapping")
    return value


def _falls_back(node: Mapping[str, Any]) -> bool:
    said = node.get(KEY)
    return isinstance(said, Mapping) and _is_spot(node) and said.get(AFTER) != NEVER


def _alternatives(node: Mapping[str, Any]) -> tuple[str, ...]:
    """What a fleet may be filled with besides; what it says wrongly, a check finds."""
    said = node.get(KEY)
    listed = said.get(TYPES) if isinstance(said, Mapping) else None
    own = node.get("InstanceType")
    return tuple(str(one) for one in listed if one != own) if isinstance(listed, list) else ()


def _is_spot(node: Mapping[str, Any]) -> bool:
    options = node.get("InstanceMarketOptions")
    return isinstance(options, Mapping) and options.get("MarketType") == "spot"


def _number(there: Mapping[str, Any], key: str, default: float, kind: str = "") -> float:
    value = there.get(key, default)
    whose = f"node type {kind}: " if kind else ""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise InputError(f"{whose}{key} is {value!r}, and should be a number from 0 on")
    return float(value)


def _whole(there: Mapping[str, Any], key: str, default: int, kind: str = "") -> int:
    value = _number(there, key, default, kind)
    if value != int(value):
        whose = f"node type {kind}: " if kind else ""
        raise InputError(f"{whose}{key} is {value}, and should be a whole number")
    return int(value)
