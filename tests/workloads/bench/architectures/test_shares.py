"""Pools are cut to be equal, as far as vCPUs go."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workloads.bench.architectures.made import AMD, GRAVITON, INTEL, POOLS, pool
from workloads.bench.architectures.shares import equal_dollars, equal_vcpus, remarks

PRICES = st.floats(min_value=0.01, max_value=100)
PRICED = st.lists(PRICES, min_size=2, max_size=6)


def test_as_many_vcpus_are_those_of_the_smallest() -> None:
    small = replace(GRAVITON, vcpus=8)
    shares = equal_vcpus([INTEL, small])
    assert [(share.pool, share.vcpus) for share in shares] == [(INTEL, 8), (small, 8)]
    (remark,) = [one for one in remarks([INTEL, small], shares) if "unequal" in one]
    assert remark == (
        "Of unequal pools (32 of intel and 8 of graviton), 8 vCPUs of each were measured."
    )


def test_as_many_dollars_are_those_of_the_cheapest_pool() -> None:
    shares = equal_dollars(POOLS)
    # 32 * 1.16 / 1.428 = 25.99, and 32 * 1.16 / 1.6424 = 22.60.
    assert [(share.pool.name, share.vcpus) for share in shares] == [
        ("intel", 26),
        ("amd", 23),
        ("graviton", 32),
    ]
    assert remarks(POOLS, [*equal_vcpus(POOLS), *shares]) == [
        "amd cannot be cut more finely than to a vCPU: 23 of its 32 cost 2% more than the "
        "cheapest pool; what it does for a dollar is by what they cost."
    ]


def test_small_pools_can_hardly_be_cut_and_that_is_said() -> None:
    small = [replace(one, vcpus=2) for one in (AMD, GRAVITON)]
    shares = equal_dollars(small)
    # 2 * 1.16 / 1.6424 = 1.41
    assert [share.vcpus for share in shares] == [1, 2]
    (remark,) = remarks(small, shares)
    assert remark.startswith(
        "amd cannot be cut more finely than to a vCPU: 1 of its 2 cost 29% less"
    )


def test_without_prices_nothing_is_cut_by_them() -> None:
    unknown = pool("amd", None)
    assert equal_dollars([INTEL, unknown]) == []
    assert equal_dollars([INTEL, GRAVITON, unknown]) == equal_dollars([INTEL, GRAVITON])
    assert remarks([INTEL, unknown], equal_vcpus([INTEL, unknown])) == [
        "Nothing was measured at equal dollars: no price is known of amd."
    ]


@settings(deadline=None)
@given(PRICED)
def test_no_share_is_off_by_more_than_half_a_vcpu(prices: list[float]) -> None:
    pools = [pool(f"pool-{number}", usd) for number, usd in enumerate(prices)]
    shares = equal_dollars(pools)
    assert len(shares) == len(pools)
    for share in shares:
        assert 1 <= share.vcpus <= share.pool.vcpus
        assert abs(share.vcpus - share.exact) <= 0.5 or share.vcpus == 1
        assert share.pool.on_demand is not None
        exact = share.pool.on_demand * share.exact / share.pool.vcpus
        assert abs(exact - min(prices)) < 1e-9 * max(prices)


@settings(deadline=None)
@given(PRICED)
def test_the_cheapest_pool_is_whole(prices: list[float]) -> None:
    pools = [pool(f"pool-{number}", usd) for number, usd in enumerate(prices)]
    cheapest = min(equal_dollars(pools), key=lambda share: share.pool.on_demand or 0.0)
    assert cheapest.vcpus == cheapest.pool.vcpus
