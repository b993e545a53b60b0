"""What nodes cost."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cluster.planning.forecast.fleet import Node
from cluster.prices.price import Prices

# EC2 bills Linux instances by the second, from a minute on (AWS, "Announcing Amazon EC2 per second
# billing", October 2017).
LEAST_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Bill:
    """What nodes cost, in dollars; None where the price of one of them is not known.

    Attributes:
        node_hours: billed hours of each node type, the head's among them.
        usd_on_demand: as if every node were on demand.
        usd_spot: as the config has it: nodes that are marked spot at the spot price, the others,
            the head among them, on demand.
    """

    node_hours: Mapping[str, float]
    usd_on_demand: float | None
    usd_spot: float | None


def bill(nodes: Iterable[Node], end: float, prices: Prices) -> Bill:
    """The bill of nodes until a second, by which those that are still there are cut off."""
    seconds: dict[str, int] = {}
    kinds = {}
    for node in nodes:
        if node.billed is not None:
            name = node.kind.name
            kinds[name] = node.kind
            seconds[name] = seconds.get(name, 0) + billed_seconds(node, end)
    hours = {name: total / 3600 for name, total in seconds.items()}
    rates = {
        spot: {name: kind.hourly(prices, spot=spot and kind.spot) for name, kind in kinds.items()}
        for spot in (False, True)
    }
    return Bill(
        node_hours=hours,
        usd_on_demand=_sum(hours, rates[False]),
        usd_spot=_sum(hours, rates[True]),
    )


def billed_seconds(node: Node, end: float) -> int:
    """The seconds that EC2 bills of a node: from `running` until it is given back, or the end."""
    if node.billed is None:
        return 0
    if node.ended is None:
        return math.ceil(max(0.0, end - node.billed))
    return max(LEAST_SECONDS, math.ceil(node.ended - node.billed))


def _sum(hours: Mapping[str, float], rates: Mapping[str, float | None]) -> float | None:
    parts = [None if (rate := rates[name]) is None else rate * hours[name] for name in hours]
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None
