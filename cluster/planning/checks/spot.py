"""Spot instances."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cluster.node.fleet.wish import AFTER, KEY, NEVER
from cluster.planning.checks.cluster import Cluster, NodeType
from cluster.planning.checks.registry import Problem, finds
from cluster.planning.checks.values import PLACEHOLDER, mapping, placeholder, sequence, text

MARKET = "InstanceMarketOptions"
MARKETS = ("spot", "capacity-block")


def options(one: NodeType) -> dict[str, Any]:
    """The spot options of a node type."""
    return mapping(mapping(one.node.get(MARKET)).get("SpotOptions"))


@finds(
    "stopped-nodes",
    "warning",
    "provider.cache_stopped_nodes is not False",
    why="Ray stops nodes instead of ending them: their disks are paid for after ray down, and come "
    "back with what the last run left on them",
)
def cached(cluster: Cluster) -> Iterator[Problem]:
    """Nodes that are kept; with spot, which cannot be stopped, an error."""
    kept = cluster.provider.get("cache_stopped_nodes")
    if kept is False or placeholder(kept):
        return
    spot = any(one.spot for one in cluster.types)
    yield Problem(
        keys=("provider", "cache_stopped_nodes"),
        what="cache_stopped_nodes is "
        + ("True" if kept else "missing, which is True")
        + (", with spot instances" if spot else ""),
        remedy="write cache_stopped_nodes: False in provider",
        level="error" if spot else None,
        why="spot instances cannot be stopped, only ended; the on-demand ones beside them are "
        "stopped: their disks are paid for after ray down, and come back with what the last run "
        "left on them"
        if spot
        else "",
    )


@finds(
    "market-type",
    "error",
    "A MarketType that EC2 does not have",
    why="EC2 refuses the launch",
)
def market(cluster: Cluster) -> Iterator[Problem]:
    """Markets that do not exist."""
    for one in cluster.types:
        said = mapping(one.node.get(MARKET)).get("MarketType", "spot")
        if said not in MARKETS and not placeholder(said):
            yield Problem(
                keys=one.node_keys(MARKET, "MarketType"),
                what=f"{one.name} has another MarketType than {' or '.join(MARKETS)}",
                remedy=f"write MarketType: spot, or remove {MARKET} for on-demand",
            )


@finds(
    "head-on-spot",
    "error",
    "The head is a spot instance",
    why="EC2 takes it back at two minutes' notice, and every job of the cluster ends with it",
)
def head(cluster: Cluster) -> Iterator[Problem]:
    """A head that may be taken away."""
    one = cluster.head
    if one and one.spot:
        yield Problem(
            keys=one.node_keys(MARKET),
            what="the head is a spot instance",
            remedy=f"remove {MARKET} from it",
        )


@finds(
    "spot-persistent",
    "error",
    "Spot requests that outlive their instance",
    why="EC2 launches a new instance whenever Ray ends one, also after ray down, until the request "
    "itself is cancelled",
)
def persistent(cluster: Cluster) -> Iterator[Problem]:
    """Requests that stay."""
    for one in cluster.types:
        said = options(one)
        kind, behaviour = said.get("SpotInstanceType"), said.get("InstanceInterruptionBehavior")
        if kind == "persistent" or behaviour in ("stop", "hibernate"):
            key = "SpotInstanceType" if kind == "persistent" else "InstanceInterruptionBehavior"
            yield Problem(
                keys=one.node_keys(MARKET, "SpotOptions", key),
                what=f"{one.name} has {key}: {said[key]}",
                remedy="remove it: one-time requests whose instances are terminated are the "
                "default",
            )


@finds(
    "spot-no-fallback",
    "note",
    "Spot workers of one type in one zone",
    why="where EC2 has no capacity in it, Ray asks again and again, and takes no other node type "
    "in its place: 117 requests in 120 s were measured, and no on-demand node",
)
def fallback(cluster: Cluster) -> Iterator[Problem]:
    """Node types that wait where one pool is empty."""
    for one in cluster.workers:
        if not one.spot or one.templated or cluster.limit(one) == 0 or falls_back(one):
            continue
        if one_zone(cluster, one):
            yield Problem(
                keys=one.node_keys(MARKET),
                what=f"{one.name} comes from one spot pool, {one.instance_type} in one zone",
                remedy="give it SubnetIds in more zones, which Ray tries one after the other",
            )


def falls_back(one: NodeType) -> bool:
    """Whether a fleet has more than one type, or asks for on-demand in the end."""
    never = mapping(one.node.get(KEY)).get(AFTER) == NEVER
    return one.fleet and (len(one.alternatives) > 1 or not never)


def one_zone(cluster: Cluster, one: NodeType) -> bool:
    """Whether a node type is known to be launched in one zone alone."""
    subnets = sequence(one.node.get("SubnetIds")) or one.interfaces[:1]
    zone = text(cluster.provider.get("availability_zone"))
    # With neither, Ray takes every usable subnet; a list may be behind a placeholder.
    return len(subnets) == 1 or (not subnets and bool(zone) and not listed(zone))


def listed(zone: str) -> bool:
    """Whether there is more than one zone, or may be behind a placeholder."""
    return "," in zone or PLACEHOLDER.fullmatch(zone) is not None


@finds(
    "spot-max-price",
    "note",
    "A highest price for spot instances",
    why="the default is the on-demand price; a lower one does not make instances cheaper, but "
    "takes them away more often",
)
def price(cluster: Cluster) -> Iterator[Problem]:
    """Prices that nobody needs to name."""
    for one in cluster.types:
        if "MaxPrice" in options(one):
            yield Problem(
                keys=one.node_keys(MARKET, "SpotOptions", "MaxPrice"),
                what=f"{one.name} has a MaxPrice",
                remedy="remove it",
            )
