"""The best of several, and how sure that is."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workloads.bench.architectures.choice import LEAST_CONFIDENCE, choose, most_confidence

SPEED = st.floats(min_value=1.0, max_value=1e4)
ROUNDS = st.integers(1, 7).flatmap(
    lambda number: st.lists(
        st.lists(SPEED, min_size=number, max_size=number), min_size=2, max_size=4
    )
)
STEADY = [100.0, 99.0, 101.0, 100.5, 99.5]


def named(values: list[list[float]]) -> dict[str, list[float]]:
    return {f"pool-{number}": rounds for number, rounds in enumerate(values)}


def test_one_that_is_always_ahead_is_chosen() -> None:
    found = choose({"slow": STEADY, "fast": [1.2 * one for one in STEADY], "slower": [50.0] * 5})
    assert (found.best, found.next, found.rounds) == ("fast", "slow", 5)
    assert found.times == pytest.approx(1.2)
    assert found.low == pytest.approx(1.2)
    assert found.high == pytest.approx(1.2)
    # Of two that are alike, chance alone lets one be ahead in all rounds twice in 32 times.
    assert found.confidence == pytest.approx(1 - 2 / 32)
    assert found.clear


def test_one_that_is_ahead_by_next_to_nothing_is_not_chosen() -> None:
    found = choose({"slow": STEADY, "fast": [1.02 * one for one in STEADY]})
    assert found.confidence > 0.9
    assert not found.clear


def test_one_that_is_ahead_now_and_then_is_not_chosen() -> None:
    found = choose({"steady": [100.0] * 5, "moody": [130.0, 60.0, 125.0, 70.0, 128.0]})
    assert found.best == "moody"
    assert found.low < 1 < found.high
    assert found.confidence < 0.5
    assert not found.clear


@pytest.mark.parametrize(("rounds", "clear"), [(1, False), (4, False), (5, True)])
def test_few_rounds_decide_nothing(rounds: int, clear: bool) -> None:
    found = choose({"slow": [100.0] * rounds, "fast": [200.0] * rounds})
    assert found.confidence == most_confidence(rounds) == 1 - 2 * 0.5**rounds
    assert math.isfinite(found.high) == clear
    assert found.clear == clear


@pytest.mark.parametrize("levels", [(1, 1), (1, 1, 1), (1, 1, 0.7)], ids=["two", "three", "slow"])
@pytest.mark.parametrize("rounds", range(4, 11))
def test_of_those_that_are_alike_one_is_chosen_no_more_often_than_is_said(
    rounds: int, levels: tuple[float, ...]
) -> None:
    # Exactly it is 6% to 10% of two, by the number of rounds, and a little less for the least lead.
    chance, trials = Random(10 * rounds), 500
    chosen = sum(
        choose(
            named(
                [[one * math.exp(chance.gauss(0, 0.08)) for _ in range(rounds)] for one in levels]
            )
        ).clear
        for _ in range(trials)
    )
    assert chosen / trials <= 1 - LEAST_CONFIDENCE


def test_a_lead_of_a_tenth_is_seen_through_noise_of_a_few_percent() -> None:
    chance = Random(0)
    leads = [
        {
            name: [one * math.exp(chance.gauss(0, 0.03)) for _ in range(5)]
            for name, one in (("slow", 1.0), ("fast", 1.1))
        }
        for _ in range(100)
    ]
    assert sum(choose(rounds).clear for rounds in leads) > 85


def test_what_happens_to_all_in_a_round_decides_nothing() -> None:
    slow = [100.0, 40.0, 90.0, 70.0, 30.0]
    found = choose({"slow": slow, "fast": [1.1 * one for one in slow]})
    assert found.clear
    assert found.low == pytest.approx(1.1)
    assert found.high == pytest.approx(1.1)


def test_equal_ones_are_not_told_apart() -> None:
    found = choose({"one": STEADY, "another": STEADY})
    assert (found.times, found.confidence, found.clear) == (1.0, 0.0, False)


def test_who_is_alone_is_the_best() -> None:
    found = choose({"one": STEADY})
    assert (found.best, found.next, found.times) == ("one", "", 1.0)


@settings(deadline=None)
@given(ROUNDS)
def test_the_best_is_the_one_with_the_highest_median(values: list[list[float]]) -> None:
    found = choose(named(values))
    assert found.times >= 1
    assert 0 <= found.confidence <= most_confidence(found.rounds)
    assert found.low <= found.high
    assert found == choose(named(values))


@settings(deadline=None)
@given(ROUNDS, st.sampled_from([0.25, 2.0, 1024.0]))
def test_the_unit_decides_nothing(values: list[list[float]], times: float) -> None:
    # By powers of two, so that not even the last digit differs.
    assert choose(named(values)) == choose(named([[times * one for one in row] for row in values]))


@settings(deadline=None)
@given(ROUNDS)
def test_the_order_of_those_that_differ_decides_nothing(values: list[list[float]]) -> None:
    rounds = named(values)
    found, turned = choose(rounds), choose(dict(reversed(rounds.items())))
    if found.times > 1:
        assert (found.best, found.confidence) == (turned.best, turned.confidence)
        assert found.times == turned.times
