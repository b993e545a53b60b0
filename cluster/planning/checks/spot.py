"""Spot instances."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cluster.planning.checks.cluster import Cluster, NodeType
from cluster.planning.checks.registry import Problem, finds
from cluster.planning.checks.values import mapping, placeholder, sequence

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
            what=f"the head, {one.name}, is a spot instance",
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
    "All workers are spot instances of one type in one zone",
    why="Ray tries no other type where EC2 has no capacity: 117 requests in 120 s were measured, "
    "and no on-demand node",
)
def fallback(cluster: Cluster) -> Iterator[Problem]:
    """A cluster that waits where one pool is empty."""
    workers = [one for one in cluster.workers if cluster.limit(one) != 0]
    if not workers or not all(one.spot for one in workers):
        return
    pools = {
        (one.instance_type, str(subnet))
        for one in workers
        for subnet in sequence(one.node.get("SubnetIds")) or [""]
    }
    zones = str(cluster.provider.get("availability_zone", "")).split(",")
    if len(pools) == 1 and len(zones) == 1:
        yield Problem(
            keys=workers[0].node_keys(MARKET),
            what=f"all workers come from one spot pool, {workers[0].instance_type}",
            remedy="add SubnetIds of a second zone, and a node type of another instance type or "
            "on-demand",
        )


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
