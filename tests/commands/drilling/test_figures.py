"""Figures of runs: what was lost, when it was noticed, what came instead."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.drilling import figures
from tests.commands.drilling.facts import attempt, facts, machine, mark, node

SECONDS = st.floats(0, 50).map(lambda one: round(one, 3))


def test_work_is_lost_when_the_instance_ends_and_not_when_ray_notices() -> None:
    run = facts(
        nodes=[node("a", left=40), node("b")],
        machines=[machine("a", ended=20), machine("b")],
        attempts=[attempt(0, "a", 5), attempt(0, "b", 41, 46, number=1), attempt(1, "b", 5, 10)],
    )
    assert figures.lost_seconds(run) == 15
    assert figures.lost_seconds(run, ["b"]) == 0
    assert figures.retried(run) == 1
    assert figures.again_s(run, run.begin + 20) == 21


def test_the_call_that_ended_it_counts_before_ec2_says_so() -> None:
    run = facts(
        nodes=[node("a", left=40)],
        machines=[machine("a", ended=21)],
        attempts=[attempt(0, "a", 5)],
        marks=[mark("terminated", 20, "a")],
    )
    assert figures.lost_seconds(run) == 15


@given(st.lists(st.tuples(SECONDS, SECONDS | st.none()), max_size=20), SECONDS)
def test_only_what_has_no_end_is_lost_and_never_less_than_nothing(
    times: list[tuple[float, float | None]], ended: float
) -> None:
    attempts = [
        attempt(at, "a", start, None if took is None else start + took)
        for at, (start, took) in enumerate(times)
    ]
    run = facts(nodes=[node("a", left=ended)], attempts=attempts)
    expected = [max(0.0, ended - start) for start, took in times if took is None]
    assert [seconds for _, seconds in figures.lost(run)] == pytest.approx(expected)


def test_an_address_that_is_given_again_is_another_instances() -> None:
    lives = [replace(one, address="x") for one in (node("old", left=30), node("new", joined=40))]
    machines = [machine("x", ended=25, number="i-1"), machine("x", asked=30, number="i-2")]
    run = facts(nodes=lives, machines=machines)
    found = {name: run.machine_of(name) for name in run.nodes}
    assert {name: one and one.number for name, one in found.items()} == {
        "old": "i-1",
        "new": "i-2",
    }


def test_noticed_by_a_drain_or_by_a_death_whichever_was_first() -> None:
    run = facts(nodes=[node("a", draining=22, left=30), node("b", left=33), node("c")])
    at = run.begin + 20
    assert [figures.detected_s(run, at, name) for name in "abc"] == [2, 13, None]


def test_replacements_are_as_many_as_went_and_of_their_kind() -> None:
    run = facts(
        nodes=[
            node("a", left=30),
            node("b", joined=25, kind="graviton"),
            node("c", joined=35),
            node("d", joined=45),
        ]
    )
    assert figures.replacements_s(run, run.begin + 20, ["a"]) == [15]
    assert figures.replacements_s(run, run.begin + 50, ["a"]) == []


def test_busy_nodes_are_those_with_tasks_under_way_on_instances_of_a_market() -> None:
    run = facts(
        nodes=[node("a"), node("b"), node("c", draining=5), node("d"), node("e")],
        machines=[machine("a"), machine("b"), machine("c"), machine("d", market="on-demand")],
        attempts=[attempt(at, on, 1) for at, on in enumerate("abbcde")],
    )
    assert figures.busy(run) == ["b", "a", "d"]
    assert figures.busy(run, "spot") == ["b", "a"]
