"""How sure it is: exact where that can be counted, and no surer than it should be."""

from __future__ import annotations

import math
import random
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.bench.sure import estimate

RATIOS = st.lists(st.floats(0.01, 100), min_size=1, max_size=20)


@given(RATIOS)
def test_the_guess_lies_within_its_interval(ratios: list[float]) -> None:
    found = estimate(ratios, 0.95)
    assert found.low <= found.ratio * (1 + 1e-9)
    assert found.ratio <= found.high * (1 + 1e-9)
    assert min(ratios) * (1 - 1e-9) <= found.ratio <= max(ratios) * (1 + 1e-9)
    assert found.pairs == len(ratios)


@given(RATIOS)
def test_faster_one_way_is_slower_the_other_way(ratios: list[float]) -> None:
    there = estimate(ratios, 0.9)
    back = estimate([1 / one for one in ratios], 0.9)
    assert back.ratio == pytest.approx(1 / there.ratio)
    if there.low:
        assert back.high == pytest.approx(1 / there.low)
        assert back.low == pytest.approx(1 / there.high)
    else:
        assert math.isinf(back.high)


@pytest.mark.parametrize("pairs", range(1, 11))
def test_confidence_is_what_counting_all_signs_says(pairs: int) -> None:
    sizes = [1.01**rank for rank in range(1, pairs + 1)]
    sums = [
        sum(rank for rank, sign in enumerate(signs, start=1) if sign > 0)
        for signs in product((1, -1), repeat=pairs)
    ]
    for signs in list(product((1, -1), repeat=pairs))[:: max(2**pairs // 37, 1)]:
        total = sum(rank for rank, sign in enumerate(signs, start=1) if sign > 0)
        as_many = sum(other >= total for other in sums) / len(sums)
        ratios = [size**sign for size, sign in zip(sizes, signs, strict=True)]
        assert estimate(ratios, 0.95).sure == pytest.approx(1 - as_many)


@pytest.mark.parametrize(("pairs", "enough"), [(5, False), (6, True)])
def test_few_pairs_say_nothing_however_clear_they_are(pairs: int, enough: bool) -> None:
    found = estimate([3.0] * pairs, 0.95)
    assert (found.low > 1, math.isfinite(found.high)) == (enough, enough)


@pytest.mark.parametrize("pairs", [6, 12, 24])
def test_the_interval_holds_the_truth_as_often_as_it_says(pairs: int) -> None:
    chance = random.Random(pairs)
    held = 0
    for _ in range(1000):
        # Wild on both sides: now and then one of the two is disturbed by a factor of three.
        ratios = [
            1.2 * math.exp(chance.gauss(0, 0.1)) * chance.choice((3, 1 / 3, *[1] * 8))
            for _ in range(pairs)
        ]
        found = estimate(ratios, 0.95)
        held += found.low <= 1.2 <= found.high
    assert held >= 935


def test_a_few_wild_runs_hardly_move_it() -> None:
    quiet = [1.1, 1.08, 1.12, 1.1, 1.09, 1.11, 1.1, 1.1, 1.13, 1.07]
    assert estimate([*quiet, 9.0, 0.1], 0.95).ratio == pytest.approx(1.1, abs=0.01)
