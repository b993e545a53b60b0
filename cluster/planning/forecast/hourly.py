"""What a cluster costs an hour, at its smallest and at its largest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cluster.planning.forecast.nodes import Cluster, NodeType, cluster
from cluster.prices.price import Prices


def cost_per_hour(config: Mapping[str, Any], prices: Prices) -> tuple[float | None, float | None]:
    """Dollars an hour: the head and `min_workers`; the head and as many workers as there may be.

    Spot nodes count at the spot price. Where node types together may have more workers than
    `max_workers`, the dearest ones are taken. Of a type that is filled with several instance types
    the cheapest of these counts at the smallest, and the dearest at the largest, on demand where it
    may come to that. Disks and traffic are not in it. None where the price of a node that counts is
    not known.

    Raises:
        InputError: what the config says of its nodes is no use.
    """
    found = cluster(config)
    least = {name: kind.min_workers for name, kind in found.types.items()}
    most = most_workers(found, prices)
    return (
        _cost(found, least, lambda kind: kind.hourly(prices, spot=kind.spot)),
        _cost(found, most, lambda kind: kind.dearest(prices)),
    )


def most_workers(found: Cluster, prices: Prices) -> dict[str, int]:
    """How many workers of each type there are when the cluster is as dear as it can be."""

    def rate(kind: NodeType) -> float:
        # One of unknown price goes first, so that the sum is not taken to be known.
        known = kind.dearest(prices)
        return float("inf") if known is None else known

    counts = {name: kind.min_workers for name, kind in found.types.items()}
    room = found.max_workers - sum(counts.values())
    for kind in sorted(found.types.values(), key=rate, reverse=True):
        more = min(room, kind.max_workers - counts[kind.name])
        counts[kind.name] += more
        room -= more
    return counts


def _cost(
    found: Cluster, workers: Mapping[str, int], hourly: Callable[[NodeType], float | None]
) -> float | None:
    counts = dict(workers)
    counts[found.head] = counts.get(found.head, 0) + 1
    total = 0.0
    for name, count in counts.items():
        kind = found.types[name]
        rate = hourly(kind)
        if count and rate is None:
            return None
        total += count * (rate or 0.0)
    return total
