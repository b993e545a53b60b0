"""The figures of pools: by second, vCPU, core and dollar."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.workloads.bench.architectures.made import (
    AMD,
    GRAVITON,
    INTEL,
    POOLS,
    findings,
    measured,
)
from workloads.bench.architectures.figures import Result, matchups
from workloads.bench.architectures.pool import Share
from workloads.bench.architectures.shares import EQUAL_DOLLARS, EQUAL_VCPUS, equal_vcpus

SPEEDS = {"intel": 10.0, "amd": 15.0, "graviton": 12.0}


def by_pool(basis: str) -> dict[str, Result]:
    (found,) = findings(SPEEDS).matchups
    return {result.pool.name: result for result in found.results[basis]}


def test_figures_are_of_the_share_that_worked() -> None:
    amd = by_pool(EQUAL_DOLLARS)["amd"]
    assert amd.share.vcpus == 23
    assert amd.case.mb_per_s == pytest.approx(15 * 23)
    assert amd.per_vcpu == pytest.approx(15)
    assert amd.usd_per_hour == pytest.approx(1.6424 * 23 / 32)
    assert amd.usd_per_hour_spot == pytest.approx(0.8 * 23 / 32)
    # 15 MB/s for a vCPU are 54 GB an hour.
    assert amd.gb_per_usd == pytest.approx(54 * 32 / 1.6424)
    assert amd.gb_per_usd_spot == pytest.approx(54 * 32 / 0.8)
    assert amd.case.usd_per_tb == pytest.approx(1000 / (amd.gb_per_usd or 0))
    assert len(amd.each) == 5


def test_a_core_has_one_vcpu_or_two() -> None:
    found = by_pool(EQUAL_VCPUS)
    assert found["intel"].per_core == pytest.approx(20)
    assert found["amd"].per_core == pytest.approx(15)
    unknown = replace(
        found["amd"], share=replace(found["amd"].share, pool=replace(AMD, threads_per_core=None))
    )
    assert unknown.per_core is None


def test_a_pool_that_is_cut_alike_is_measured_once_for_both() -> None:
    whole, share = by_pool(EQUAL_VCPUS)["graviton"], by_pool(EQUAL_DOLLARS)["graviton"]
    assert whole.share.vcpus == share.share.vcpus == 32
    assert whole.case == share.case


def test_what_is_not_comparable_has_no_price() -> None:
    emulated = replace(GRAVITON, why_not="it is emulated")
    (found,) = findings(SPEEDS, [INTEL, AMD, emulated]).matchups
    result = found.results[EQUAL_VCPUS][2]
    assert (result.usd_per_hour, result.gb_per_usd, result.case.usd_per_tb) == (None, None, None)
    assert result.case.mb_per_s > 0


def test_workloads_are_told_apart_and_starts_left_out() -> None:
    shares = equal_vcpus(POOLS)
    cases = [
        measured("intel", 32, 100.0),
        measured("intel", 32, 50.0, workload="text.generate"),
        replace(measured("amd", 32, 70.0), phase="cold"),
    ]
    found = matchups(cases, shares)
    assert [one.title for one in found] == ["text.clean, letters", "text.generate, letters"]
    assert [len(one.all_results) for one in found] == [1, 1]
    assert found[0].basis == EQUAL_VCPUS
    assert found[0].results[EQUAL_VCPUS][0].share == Share(INTEL, EQUAL_VCPUS, 32, 32.0)
