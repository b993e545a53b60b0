"""Subnets, network interfaces, placement."""

from __future__ import annotations

from collections.abc import Iterator

from cluster.planning.checks.cluster import Cluster, NodeType
from cluster.planning.checks.registry import Problem, finds
from cluster.planning.checks.values import mapping, sequence, text

BESIDE = ("SubnetId", "SubnetIds", "SecurityGroupIds")


@finds(
    "subnet-id",
    "error",
    "SubnetId instead of SubnetIds",
    why="Ray overwrites it with a subnet of its own choice, any that it finds usable in the "
    "network, a public one too",
)
def singular(cluster: Cluster) -> Iterator[Problem]:
    """Subnets that are overwritten."""
    for one in cluster.types:
        if "SubnetId" in one.node and not one.interfaces:
            yield Problem(
                keys=one.node_keys("SubnetId"),
                what=f"{one.name} has SubnetId",
                remedy=f"write SubnetIds: [{text(one.node['SubnetId']) or '...'}]",
            )


@finds(
    "network-interfaces",
    "error",
    "NetworkInterfaces beside subnets or groups, or without them",
    why="ray up ends with a ValueError: each interface has its own SubnetId and Groups, and the "
    "node type has none",
)
def interfaces(cluster: Cluster) -> Iterator[Problem]:
    """Interfaces that Ray refuses."""
    for one in cluster.types:
        if not one.interfaces:
            continue
        for key in BESIDE:
            if key in one.node:
                yield Problem(
                    keys=one.node_keys(key),
                    what=f"{one.name} has NetworkInterfaces and {key}",
                    remedy=f"move {key} into each interface, as SubnetId or Groups",
                )
        for number, interface in enumerate(one.interfaces):
            lacking = [key for key in ("SubnetId", "Groups") if not interface.get(key)]
            if lacking:
                yield Problem(
                    keys=one.node_keys("NetworkInterfaces", number),
                    what=f"interface {number + 1} of {one.name} has no {' and no '.join(lacking)}",
                    remedy="write SubnetId and Groups in it",
                )


@finds(
    "efa",
    "error",
    "An Elastic Fabric Adapter on a type that has none",
    why="EC2 refuses the launch; only large sizes of some families have it",
)
def adapters(cluster: Cluster) -> Iterator[Problem]:
    """Adapters that do not fit."""
    for one in cluster.types:
        for number, interface in enumerate(one.interfaces):
            kind = text(interface.get("InterfaceType"))
            if kind.startswith("efa") and one.instance and not one.instance.efa:
                yield Problem(
                    keys=one.node_keys("NetworkInterfaces", number, "InterfaceType"),
                    what=f"{one.name} asks for {kind}, and {one.instance.name} has none",
                    remedy="take a large size, such as c6in.32xlarge or c7gn.16xlarge, or remove "
                    "InterfaceType",
                )


@finds(
    "placement-zones",
    "warning",
    "A placement group, and subnets or zones in the plural",
    why="a group of the kind cluster is in one zone: where the first node decides on a zone, "
    "launches in the others are refused",
)
def placement(cluster: Cluster) -> Iterator[Problem]:
    """Groups that are asked to span zones."""
    zones = str(cluster.provider.get("availability_zone", "")).split(",")
    for one in cluster.types:
        if mapping(one.node.get("Placement")).get("GroupName") and (
            len(subnets(one)) > 1 or (len(zones) > 1 and not subnets(one) and not one.interfaces)
        ):
            yield Problem(
                keys=one.node_keys("Placement"),
                what=f"{one.name} has a placement group and more than one zone",
                remedy="give it one subnet",
            )


def subnets(one: NodeType) -> set[str]:
    """The subnets that a node may be in; those of its interfaces are in one zone by nature."""
    return {str(subnet) for subnet in sequence(one.node.get("SubnetIds"))}
