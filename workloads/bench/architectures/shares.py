"""How pools are cut to be equal: in vCPUs, and in dollars."""

from __future__ import annotations

from collections.abc import Sequence

from workloads.bench.architectures.pool import Pool, Share
from workloads.bench.wording import joined

EQUAL_VCPUS, EQUAL_DOLLARS = "equal vCPUs", "equal dollars"
# A share that is off by more than this is told.
OFF_AT_MOST = 0.01


def equal_vcpus(pools: Sequence[Pool]) -> list[Share]:
    """As many vCPUs of each as the smallest has."""
    least = min(pool.vcpus for pool in pools)
    return [Share(pool, EQUAL_VCPUS, least, float(least)) for pool in pools]


def equal_dollars(pools: Sequence[Pool]) -> list[Share]:
    """As much of each as the cheapest costs as a whole, on demand, to the nearest vCPU.

    Of pools without a price there is none, and none at all where fewer than two have one.
    """
    priced = [(pool, usd) for pool in pools if (usd := pool.on_demand)]
    if len(priced) < 2:
        return []
    budget = min(usd for _, usd in priced)
    exact = [(pool, pool.vcpus * budget / usd) for pool, usd in priced]
    return [
        Share(pool, EQUAL_DOLLARS, min(max(1, round(vcpus)), pool.vcpus), vcpus)
        for pool, vcpus in exact
    ]


def remarks(pools: Sequence[Pool], shares: Sequence[Share]) -> list[str]:
    """What there is to say about how pools were cut, a sentence each."""
    found = []
    if len({pool.vcpus for pool in pools}) > 1:
        sizes = joined([f"{pool.vcpus} of {pool.name}" for pool in pools])
        least = min(pool.vcpus for pool in pools)
        found.append(f"Of unequal pools ({sizes}), {least} vCPUs of each were measured.")
    dollars = [share for share in shares if share.basis == EQUAL_DOLLARS]
    if not dollars:
        missing = joined([pool.name for pool in pools if not pool.on_demand])
        found.append(f"Nothing was measured at equal dollars: no price is known of {missing}.")
    found += [
        f"{share.pool.name} cannot be cut more finely than to a vCPU: {share.vcpus} of its "
        f"{share.pool.vcpus} cost {abs(share.off):.0%} {'more' if share.off > 0 else 'less'} than "
        "the cheapest pool; what it does for a dollar is by what they cost."
        for share in dollars
        if abs(share.off) > OFF_AT_MOST
    ]
    return found
