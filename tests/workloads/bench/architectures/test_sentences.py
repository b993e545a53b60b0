"""What is said of a comparison: one plain sentence a workload, and no rank for what is emulated."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.workloads.bench.architectures.made import (
    AMD,
    GRAVITON,
    INTEL,
    POOLS,
    findings,
    measured,
    pool,
)
from workloads.bench.architectures.findings import Findings
from workloads.bench.architectures.pool import Pool
from workloads.bench.architectures.sentences import cores, not_comparable
from workloads.bench.architectures.shares import equal_vcpus

# For a dollar: 22.4, 19.5 and 27.6.
SPEEDS = {"intel": 10.0, "amd": 10.0, "graviton": 10.0}
EMULATED = replace(GRAVITON, why_not="it is emulated")


def said(speeds: dict[str, float], *pools: Pool, **options: object) -> str:
    (sentence,) = findings(speeds, pools or POOLS, **options).choices  # type: ignore[arg-type]
    return sentence


def test_the_best_for_a_dollar_is_chosen_and_how_sure_that_is() -> None:
    assert said(SPEEDS) == (
        "text.clean, letters: choose graviton, which does 1.23 times as much as intel, the next, "
        "for a dollar on demand (confidence 93% by 5 rounds, 1.23 to 1.23 times)."
    )


def test_the_fastest_is_named_where_it_is_another() -> None:
    sentence = said({"intel": 9.0, "amd": 11.0, "graviton": 10.0})
    assert sentence.startswith("text.clean, letters: choose graviton, ")
    assert sentence.endswith("; the fastest on as many vCPUs is amd, 1.10 times graviton.")


def test_spot_prices_may_choose_another() -> None:
    cheap = replace(INTEL, price=replace(INTEL.price, spot=0.2))  # type: ignore[type-var]
    sentence = said(SPEEDS, cheap, AMD, GRAVITON)
    assert sentence.startswith("text.clean, letters: choose graviton, ")
    assert "; at spot prices choose intel, 2.50 times graviton (confidence 93%)." in sentence


def test_what_is_close_is_not_called() -> None:
    # By dollars, 27.6 for both, and intel is nearly a quarter faster.
    assert said({"intel": 12.25, "amd": 10.0, "graviton": 10.0}) == (
        "text.clean, letters: too close to call between graviton and intel: they are within 3% of "
        "each other for a dollar on demand (5 rounds, 1.00 to 1.00 times); the fastest on as many "
        "vCPUs is intel, 1.23 times amd."
    )


def test_what_is_now_this_and_now_that_is_not_called() -> None:
    shares = equal_vcpus([INTEL, GRAVITON])
    cases = [
        measured("intel", 32, 140.0, noise=(1.0, 0.6, 1.1, 0.7, 1.05)),
        measured("graviton", 32, 100.0, noise=(1.0, 1.0, 1.0, 1.0, 1.0)),
    ]
    (sentence,) = Findings([INTEL, GRAVITON], shares, cases).choices
    found = re.search(
        r"too close to call between intel and graviton: 1\.14 times as much for a dollar on "
        r"demand, but with a confidence of (\d+)% only \(by 5 rounds, 0\.\d\d to 1\.\d\d times\)",
        sentence,
    )
    assert found
    assert int(found[1]) < 90


def test_few_rounds_are_said_to_be_few() -> None:
    sentence = said(SPEEDS, noise=(1.0, 0.99))
    assert "too close to call between graviton and intel: 1.23 times" in sentence
    assert "but with a confidence of 50% only (by 2 rounds; " in sentence
    assert "; so few rounds decide nothing, --repeats 5 may)" in sentence


def test_without_prices_speed_alone_is_judged() -> None:
    pools = [pool(name, None) for name in ("intel", "amd")]
    assert said({"intel": 10.0, "amd": 15.0}, *pools) == (
        "text.clean, letters: choose amd, which does 1.50 times as much as intel, the next, on "
        "equal vCPUs, as no price is known of all (confidence 93% by 5 rounds, 1.50 to 1.50 times)."
    )


def test_what_is_emulated_is_never_ranked() -> None:
    fast = {"intel": 10.0, "amd": 10.0, "graviton": 1000.0}
    sentence = said(fast, INTEL, AMD, EMULATED)
    assert "choose intel" in sentence
    assert "graviton" not in sentence


@pytest.mark.parametrize(
    ("pools", "alone"),
    [
        ([INTEL, EMULATED], "only intel was"),
        ([EMULATED, replace(AMD, why_not="so")], "no pool was"),
    ],
)
def test_one_alone_is_nothing_to_choose_from(pools: list[Pool], alone: str) -> None:
    assert said(SPEEDS, *pools) == (
        f"text.clean, letters: there is nothing to choose, as {alone} measured on what it is named "
        "after."
    )
    assert not_comparable(pools)[-1] == f"{pools[-1].name} is not comparable: {pools[-1].why_not}."


def test_fewer_files_than_vcpus_decide_nothing() -> None:
    assert said(SPEEDS, files=31) == (
        "text.clean, letters: there is nothing to choose, as 31 files of input leave some of 32 "
        "vCPUs without work: take a larger --scale."
    )
    assert "choose graviton" in said(SPEEDS, files=32)
    assert findings(SPEEDS, files=31).remarks == findings(SPEEDS).remarks


def test_files_that_divide_unevenly_are_told() -> None:
    # On 32 vCPUs in two turns of 32, on 26 in three, of which the last has 12.
    (remark,) = [one for one in findings(SPEEDS, files=64).remarks if "busy" in one]
    assert remark == (
        "text.clean, letters: 64 files keep 26 vCPUs of intel busy for 82% of the time, and 32 of "
        "graviton for 100%: a larger --scale makes that more even."
    )
    assert not [one for one in findings(SPEEDS).remarks if "busy" in one]


def test_what_a_vcpu_is_is_said() -> None:
    assert cores(POOLS) == [
        "A vCPU is half a core of intel (c7i.4xlarge) and a whole core of amd (c7a.4xlarge) and "
        "graviton (c7g.4xlarge)."
    ]
    assert cores([replace(INTEL, threads_per_core=None)]) == []


def test_the_same_comparison_says_the_same() -> None:
    speeds = {"intel": 10.0, "amd": 9.7, "graviton": 9.0}
    noisy = (1.0, 0.9, 1.1, 0.97, 1.04)
    assert said(speeds, noise=noisy) == said(speeds, noise=noisy)
    assert re.search(r"confidence \d\d%", said(speeds, noise=noisy))
