"""What a node type says of its fleet: the key `Fleet` of its `node_config`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from errors import UsageError

KEY = "Fleet"
NEVER = "never"
TYPES, AFTER, REMEMBER = "InstanceTypes", "OnDemandAfterSeconds", "RememberSeconds"
# EC2 does not say when a pool has capacity again. Three minutes is what others go by who ask it:
# karpenter-provider-aws, pkg/cache/cache.go, UnavailableOfferingsTTL.
REMEMBER_SECONDS = 180.0
SPOT, ON_DEMAND = "spot", "on-demand"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a node type says of its fleet.

    Attributes:
        instance_types: any of them will do; the first is the one that Ray is told of.
        subnets: any of them will do.
        spot: whether spot instances are wanted.
        on_demand_after: seconds without spot capacity until on-demand is asked for; infinite for
            never. Of no account where spot is not wanted.
        remember: for so many seconds a pool without capacity is left out, while another is left.
    """

    instance_types: tuple[str, ...]
    subnets: tuple[str, ...]
    spot: bool
    on_demand_after: float = 0.0
    remember: float = REMEMBER_SECONDS


def wish(node: Mapping[str, Any]) -> Wish | None:
    """What a `node_config` says of its fleet; None where it has none.

    Raises:
        UsageError: what it says cannot be.
    """
    if KEY not in node:
        return None
    said = node[KEY]
    if not isinstance(said, Mapping):
        raise UsageError(f"{KEY} is {said!r}: write {KEY}: {{{TYPES}: [r7i.2xlarge, ...]}}")
    if unknown := [str(name) for name in said if name not in (TYPES, AFTER, REMEMBER)]:
        raise UsageError(
            f"{KEY} has {', '.join(unknown)}, which means nothing to it: it takes {TYPES}, {AFTER} "
            f"and {REMEMBER}"
        )
    if "NetworkInterfaces" in node:
        raise UsageError(
            f"{KEY} and NetworkInterfaces do not go together, as an interface is in one subnet: "
            "write SubnetIds and SecurityGroupIds, or leave the fleet out"
        )
    if "LaunchTemplate" in node:
        raise UsageError(
            f"{KEY} and LaunchTemplate do not go together, as a fleet's template is made from the "
            "node_config: write here what that template says"
        )
    if not node.get("SubnetIds"):
        # Ray would fill in every subnet of the VPC.
        raise UsageError(
            f"{KEY} has no SubnetIds: write one in each zone, since EC2 refuses a fleet with two "
            "in a zone"
        )
    return Wish(
        instance_types=_types(said.get(TYPES), node.get("InstanceType")),
        subnets=tuple(map(str, node["SubnetIds"])),
        spot=(node.get("InstanceMarketOptions") or {}).get("MarketType") == SPOT,
        on_demand_after=math.inf if said.get(AFTER) == NEVER else _seconds(said, AFTER, 0.0),
        remember=_seconds(said, REMEMBER, REMEMBER_SECONDS),
    )


def _types(said: Any, first: Any) -> tuple[str, ...]:
    if not isinstance(said, list) or not said or not all(isinstance(one, str) for one in said):
        raise UsageError(f"{KEY}.{TYPES} is {said!r}: write a list, such as [r7i.2xlarge]")
    if len(set(said)) < len(said):
        raise UsageError(f"{KEY}.{TYPES} names a type twice: {', '.join(said)}")
    if first != said[0]:
        raise UsageError(
            f"InstanceType is {first} and {KEY}.{TYPES} begins with {said[0]}: they are to be the "
            "same, as InstanceType is what Ray and the plan go by"
        )
    return tuple(said)


def _seconds(said: Mapping[str, Any], name: str, default: float) -> float:
    value = said.get(name, default)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value < math.inf:
        never = f", or {NEVER}" if name == AFTER else ""
        raise UsageError(f"{KEY}.{name} is {value!r}: write seconds from 0 on{never}")
    return float(value)
