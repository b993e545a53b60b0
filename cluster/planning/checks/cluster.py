"""A cluster config as the checks see it: what has another type than it should is not there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cluster.instances import Instance, instance
from cluster.node.fleet.wish import KEY, TYPES
from cluster.planning.checks.values import mapping, placeholder, sequence, text, whole
from cluster.planning.source import Key, Source
from errors import UsageError

NODE_TYPES = "available_node_types"
FLEET_PROVIDER = "cluster.node.fleet.FleetNodeProvider"
# What Ray takes where the config says nothing: ray/autoscaler/aws/defaults.yaml.
DEFAULT_MAX_WORKERS = 2
COMMANDS = (
    "initialization_commands",
    "setup_commands",
    "head_setup_commands",
    "worker_setup_commands",
    "head_start_ray_commands",
    "worker_start_ray_commands",
)


@dataclass(frozen=True)
class NodeType:
    """An entry of `available_node_types`.

    Attributes:
        name: of it.
        config: what it holds.
        head: whether the head is of it.
    """

    name: str
    config: dict[str, Any]
    head: bool

    def keys(self, *inner: Key) -> tuple[Key, ...]:
        """Those that lead to a value in it."""
        return (NODE_TYPES, self.name, *inner)

    def node_keys(self, *inner: Key) -> tuple[Key, ...]:
        """Those that lead to a value in its `node_config`."""
        return self.keys("node_config", *inner)

    @property
    def node(self) -> dict[str, Any]:
        """Its `node_config`: what EC2 is asked for."""
        return mapping(self.config.get("node_config"))

    @property
    def resources(self) -> dict[str, Any]:
        """What it says that it has."""
        return mapping(self.config.get("resources"))

    @property
    def labels(self) -> dict[str, Any]:
        """Its labels."""
        return mapping(self.config.get("labels"))

    @property
    def instance_type(self) -> str:
        """The name of its instance type; empty where it is not known."""
        return text(self.node.get("InstanceType"))

    @property
    def instance(self) -> Instance | None:
        """Its instance type, if something is known of it."""
        return _known(self.instance_type)

    @property
    def fleet(self) -> bool:
        """Whether it is filled through EC2 Fleet."""
        return KEY in self.node

    @property
    def alternatives(self) -> list[str]:
        """The names of the instance types that it may be filled with, the first one first."""
        listed = sequence(mapping(self.node.get(KEY)).get(TYPES))
        return list(dict.fromkeys([self.instance_type, *map(text, listed)]))

    @property
    def instances(self) -> list[Instance]:
        """Of these, what is known of each of which something is."""
        return [one for name in self.alternatives if (one := _known(name))]

    @property
    def templated(self) -> bool:
        """Whether a launch template says what is not said here."""
        return "LaunchTemplate" in self.node

    @property
    def interfaces(self) -> list[dict[str, Any]]:
        """Its network interfaces, where they are said one by one."""
        return [mapping(one) for one in sequence(self.node.get("NetworkInterfaces"))]

    @property
    def spot(self) -> bool:
        """Whether it is bought on the spot market."""
        return mapping(self.node.get("InstanceMarketOptions")).get("MarketType") == "spot"

    @property
    def min_workers(self) -> int:
        """How many there are at least."""
        return whole(self.config.get("min_workers")) or 0


@dataclass(frozen=True)
class Cluster:
    """A cluster config."""

    source: Source

    @property
    def config(self) -> dict[str, Any]:
        """What it holds."""
        return self.source.config

    @property
    def provider(self) -> dict[str, Any]:
        """Where its nodes come from."""
        return mapping(self.config.get("provider"))

    @property
    def docker(self) -> dict[str, Any]:
        """Its `docker` section."""
        return mapping(self.config.get("docker"))

    @property
    def docked(self) -> bool:
        """Whether Ray runs in containers."""
        return bool(self.docker) or any("docker" in one.config for one in self.types)

    @cached_property
    def types(self) -> list[NodeType]:
        """Its node types."""
        head = self.config.get("head_node_type")
        return [
            NodeType(name, config, name == head)
            for name, config in mapping(self.config.get(NODE_TYPES)).items()
            if isinstance(name, str) and isinstance(config, dict)
        ]

    @property
    def head(self) -> NodeType | None:
        """The node type of the head."""
        return next((one for one in self.types if one.head), None)

    @property
    def workers(self) -> list[NodeType]:
        """The node types of workers."""
        return [one for one in self.types if not one.head]

    @property
    def external(self) -> bool:
        """Whether a provider that is not Ray's own launches its nodes."""
        return self.provider.get("type") == "external"

    @property
    def ours(self) -> bool:
        """Whether that is the provider of this project."""
        return self.external and self.provider.get("module") == FLEET_PROVIDER

    @property
    def on_aws(self) -> bool:
        """Whether its nodes are EC2 instances."""
        if self.external:
            return any("InstanceType" in one.node for one in self.types)
        return self.provider.get("type") == "aws"

    @property
    def max_workers(self) -> int | None:
        """How many workers there may be, of all types; None where that is not known."""
        said = self.config.get("max_workers", DEFAULT_MAX_WORKERS)
        return whole(said)

    def limit(self, of: NodeType) -> int | None:
        """How many workers there may be of a type, as Ray fills it in; None where not known."""
        if "max_workers" in of.config:
            return whole(of.config["max_workers"])
        return 0 if of.head else self.max_workers

    def commands(self, *names: str) -> Iterator[tuple[tuple[Key, ...], str]]:
        """Shell commands with the keys that lead to them; all without names."""
        wanted = names or COMMANDS
        for name in wanted:
            for number, command in enumerate(sequence(self.config.get(name))):
                yield (name, number), text(command)
        for one in self.types:
            for name in wanted:
                for number, command in enumerate(sequence(one.config.get(name))):
                    yield one.keys(name, number), text(command)

    def strings(self) -> Iterator[tuple[tuple[Key, ...], str]]:
        """Every text in it with the keys that lead to it."""
        yield from strings(self.config, ())

    def says(self, *words: str) -> bool:
        """Whether some text in it holds all of these words."""
        return any(all(word in one for word in words) for _, one in self.strings())

    def options(self, of: NodeType) -> list[str]:
        """The options of `docker run` on a node of this type."""
        kind = "head_run_options" if of.head else "worker_run_options"
        docker = {**self.docker, **mapping(of.config.get("docker"))}
        both = [*sequence(docker.get("run_options")), *sequence(docker.get(kind))]
        return [text(option) for option in both]

    def image(self, of: NodeType) -> tuple[tuple[Key, ...], str]:
        """The Docker image of a node type, and where it is said."""
        kind = "head_image" if of.head else "worker_image"
        own = mapping(of.config.get("docker"))
        if kind in own:
            return of.keys("docker", kind), text(own[kind])
        key = kind if kind in self.docker else "image"
        return ("docker", key), text(self.docker.get(key))


def _known(name: str) -> Instance | None:
    try:
        return instance(name)
    except UsageError:
        return None


def strings(value: Any, keys: tuple[Key, ...]) -> Iterator[tuple[tuple[Key, ...], str]]:
    """Every text in a value with the keys that lead to it."""
    if isinstance(value, str):
        yield keys, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from strings(one, (*keys, key))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from strings(one, (*keys, number))


def named(value: Any) -> str:
    """A text that is known before launch: what a placeholder stands for is not."""
    return "" if placeholder(value) else text(value)
