"""The last word: only what is faster with confidence is kept."""

from __future__ import annotations

from collections import Counter

from tests.workloads.tune.simulated import Machine
from workloads.tune.confirm import MOST_PAIRS, Duel, confirm
from workloads.tune.points import Point, Run

POINT, CONTROL = (1,), (0,)


def machine(ratio: float, noise: float = 0.0, seed: int = 0) -> Machine:
    return Machine(lambda point: 1.0 / ratio if point == POINT else 1.0, noise, seed=seed)


def test_what_is_faster_is_kept() -> None:
    quick = machine(1.05)
    duel = confirm(POINT, CONTROL, quick, quick.budget(1000))
    assert duel.won
    assert duel.estimate is not None
    assert round(duel.estimate.ratio, 6) == 1.05
    assert len(duel.ratios) == MOST_PAIRS


def test_what_is_the_same_or_slower_is_not() -> None:
    for ratio in (1.0, 0.99):
        slow = machine(ratio)
        assert not confirm(POINT, CONTROL, slow, slow.budget(1000)).won


def test_what_is_slower_is_hardly_ever_kept_through_noise() -> None:
    kept = 0
    for seed in range(300):
        slow = machine(0.98, noise=0.15, seed=seed)
        kept += confirm(POINT, CONTROL, slow, slow.budget(1000), kinds=2).won
    assert kept <= 3


def test_with_too_little_time_the_defaults_stay() -> None:
    quick = machine(2.0)
    duel = confirm(POINT, CONTROL, quick, quick.budget(6))
    assert 0 < len(duel.ratios) < 6
    assert not duel.won


def test_both_orders_come_equally_often_on_each_kind() -> None:
    seen: Counter[tuple[int, Point]] = Counter()
    begun: set[int] = set()

    def measure(point: Point, number: int) -> Run:
        if number not in begun:
            begun.add(number)
            seen[(number % 2, point)] += 1
        return Run(1.0)

    confirm(POINT, CONTROL, measure, machine(1.0).budget(1000), kinds=2)
    assert set(seen.values()) == {MOST_PAIRS // 4}


def test_faster_on_one_kind_does_not_make_up_for_slower_on_another() -> None:
    ratios = tuple(1.3 if number % 2 else 0.97 for number in range(MOST_PAIRS))
    assert Duel(ratios, kinds=1).won
    assert not Duel(ratios, kinds=2).won


def test_a_failure_ends_it() -> None:
    def measure(point: Point, _number: int) -> Run:
        return Run(0.0, "no luck") if point == POINT else Run(1.0)

    duel = confirm(POINT, CONTROL, measure, machine(1.0).budget(1000))
    assert (duel.won, duel.failure, duel.estimate) == (False, "no luck", None)
