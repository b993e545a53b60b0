"""CreateFleet of the kind `instant`: asked once, answered with instances and what was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cluster.node.fleet.filling import Answer, Refused, Why
from cluster.node.fleet.pools import Pool
from cluster.node.fleet.template import TAG, pairs
from cluster.node.fleet.wish import SPOT

# What says that a pool has nothing to give, for now, or to this account: quotas of vCPUs are those
# of a market. Karpenter goes by much the same: karpenter-provider-aws, pkg/errors/errors.go.
# InvalidFleetConfiguration is what CreateFleet says of a type that a zone does not have, for which
# RunInstances says Unsupported: hashicorp/packer#9946, compiler-explorer/infra#601.
DRY = frozenset(
    {
        "InsufficientFreeAddressesInSubnet",
        "InsufficientInstanceCapacity",
        "InvalidFleetConfiguration",
        "MaxSpotInstanceCountExceeded",
        "SpotMaxPriceTooLow",
        "Unsupported",
        "VcpuLimitExceeded",
    }
)
# An instant fleet was seen to try three pools, and to say this of all others, whatever they had.
UNTRIED = "UnfulfillableCapacity"
BUSY = frozenset({"RequestLimitExceeded", "Throttling", "ThrottlingException"})
# These begin the names of what is wrong with a call, whichever pool it is about.
WRONG = (
    "AuthFailure",
    "InvalidAMI",
    "InvalidLaunchTemplate",
    "InvalidParameter",
    "OptInRequired",
    "UnauthorizedOperation",
)
GONE = frozenset(
    {"InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateName.NotFoundException"}
)
MARKET_TAG = "ray-on-aws-market"
# Of those that have capacity: the ones least likely to be taken back, and of these the cheapest.
STRATEGY_SPOT = "price-capacity-optimized"
STRATEGY_ON_DEMAND = "lowest-price"


def parameters(
    pools: Sequence[Pool],
    count: int,
    *,
    template: str,
    tags: Mapping[str, str],
    volume_tags: Mapping[str, str],
    max_price: str = "",
) -> dict[str, Any]:
    """What CreateFleet is given.

    Args:
        pools: that may give instances, all of one market.
        count: how many are wanted; fewer will do.
        template: the name of the launch template.
        tags: of each instance; the fleet is given ours.
        volume_tags: of each of their disks.
        max_price: of a spot instance, in dollars an hour; empty for that of on-demand.
    """
    market = pools[0].market
    limit = {"MaxPrice": max_price} if max_price and market == SPOT else {}
    own = {TAG: tags[TAG]} if TAG in tags else {}
    tagged = {"instance": {**tags, MARKET_TAG: market}, "fleet": own, "volume": volume_tags}
    return {
        "Type": "instant",
        "LaunchTemplateConfigs": [
            {
                "LaunchTemplateSpecification": {
                    "LaunchTemplateName": template,
                    "Version": "$Default",
                },
                "Overrides": [
                    {"InstanceType": one.instance_type, "SubnetId": one.subnet, **limit}
                    for one in pools
                ],
            }
        ],
        "TargetCapacitySpecification": {
            "TotalTargetCapacity": count,
            "DefaultTargetCapacityType": market,
        },
        **_strategy(market),
        "TagSpecifications": [
            {"ResourceType": kind, "Tags": pairs(those)} for kind, those in tagged.items() if those
        ],
    }


def _strategy(market: str) -> dict[str, Any]:
    if market == SPOT:
        return {"SpotOptions": {"AllocationStrategy": STRATEGY_SPOT}}
    return {"OnDemandOptions": {"AllocationStrategy": STRATEGY_ON_DEMAND}}


def answer(pools: Sequence[Pool], told: Mapping[str, Any]) -> Answer:
    """What CreateFleet says came of it.

    Args:
        pools: that were asked.
        told: by boto3.
    """
    made: dict[Pool, list[str]] = {}
    for one in told.get("Instances", []):
        pool = next(iter(_named(pools, one)), pools[0])
        made.setdefault(pool, []).extend(one["InstanceIds"])
    # An error that names no pool is about all that gave nothing.
    silent = [pool for pool in pools if pool not in made] or list(pools)
    refused = tuple(
        _refused(pool, one)
        for one in told.get("Errors", [])
        for pool in _named(pools, one) or silent
    )
    return Answer(made=made, refused=refused)


def _refused(pool: Pool, said: Mapping[str, Any]) -> Refused:
    code = said.get("ErrorCode", "Unknown")
    return Refused(
        pool=pool,
        code=code,
        message=said.get("ErrorMessage", ""),
        zone=_override(said).get("AvailabilityZone", ""),
        why=meaning(code),
    )


def meaning(code: str) -> Why:
    """What a refusal of this name is about."""
    if code in DRY:
        return Why.DRY
    if code == UNTRIED:
        return Why.UNTRIED
    if code in BUSY:
        return Why.BUSY
    return Why.WRONG if code.startswith(WRONG) else Why.OTHER


def refused_whole(pools: Sequence[Pool], code: str, message: str) -> Answer:
    """The answer of a call that came to no pool: each of them is refused for its reason."""
    why = meaning(code)
    why = Why.WRONG if why is Why.OTHER else why
    return Answer(
        refused=tuple(Refused(pool=pool, code=code, message=message, why=why) for pool in pools)
    )


def lacks_template(told: Mapping[str, Any]) -> bool:
    """Whether CreateFleet made nothing, since there is no launch template of that name any more."""
    codes = {one.get("ErrorCode") for one in told.get("Errors", [])}
    return not told.get("Instances") and bool(codes & GONE)


def _override(said: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = said.get("LaunchTemplateAndOverrides", {}).get("Overrides", {})
    return found


def _named(pools: Sequence[Pool], said: Mapping[str, Any]) -> list[Pool]:
    """The pools that a part of the answer names."""
    override = _override(said)
    kind, subnet = override.get("InstanceType"), override.get("SubnetId")
    return [one for one in pools if one.instance_type == kind and subnet in (None, one.subnet)]
