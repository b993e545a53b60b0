"""Verdicts over runs that are told: each holds for a good one, and fails for each thing amiss."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cluster.prices.price import Price, Prices
from commands.drilling import idle, node_loss, placement, spot_reclaim, stampede
from commands.drilling.facts import Facts
from commands.drilling.outcome import NAMES, Outcome
from tests.commands.drilling.facts import BEGIN, attempt, count, facts, machine, mark, node

PRICES = Prices("us-east-1", {"r7i.2xlarge": Price(on_demand=3.6, spot=0.9, source="a test")})
CALM = facts()


def failing(outcome: Outcome) -> list[str]:
    return [one.what for one in outcome.checks if not one.holds]


def lost(**changes: Any) -> Facts:
    """A worker terminated after 10 s, noticed after 12 more, replaced after 25."""
    told: dict[str, Any] = {
        "nodes": [node("a", left=22), node("b"), node("c", joined=35)],
        "machines": [machine("a", ended=11), machine("b"), machine("c", asked=15)],
        "attempts": [attempt(0, "a", 8), attempt(0, "b", 14, 18, number=1)],
        "marks": [mark("terminated", 10, "a")],
        "seconds": 14.0,
    }
    return facts(**told | changes)


def pair(lost: Facts, digest: str = "") -> node_loss.Pair:
    """With an undisturbed run before it, of which the files have this digest."""
    return node_loss.Pair(replace(CALM, digest=digest), lost)


TEXT = pair(lost(), "same")
TEXT = replace(TEXT, lost=replace(TEXT.lost, digest="same"))


def test_a_node_lost_and_replaced_in_time() -> None:
    later = [node("a", left=24), node("b"), node("c", joined=33)]
    text = replace(TEXT, lost=replace(lost(nodes=later), digest="same"))
    outcome = node_loss.judge(pair(lost()), text)
    assert failing(outcome) == []
    told = outcome.as_dict()
    wanted = {
        "verdict": "holds",
        # Of both kinds of work the sum, and the later time.
        "lost_task_seconds": 4.0,
        "detected_s": 14.0,
        "replacement_s": 25.0,
        "tasks": 4,
        "tasks_done": 4,
        "plain_seconds_lost": 4.0,
        "plain_retried": 1,
        "text_detected_s": 14.0,
        "text_replacement_s": 23.0,
    }
    assert {name: told[name] for name in wanted} == wanted
    assert wanted.keys() >= {*NAMES}


@pytest.mark.parametrize(
    ("changes", "amiss"),
    [
        ({"marks": []}, "a worker ended under its work"),
        ({"done": 1}, "tasks done"),
        ({"right": False}, "tasks done"),
        ({"nodes": [node("a", left=41), node("b"), node("c", joined=35)]}, "detected after"),
        ({"nodes": [node("a", left=22), node("b")]}, "replacement joined"),
        ({"nodes": [node("a", left=22), node("b"), node("c", joined=41)]}, "replacement joined"),
        ({"attempts": [attempt(0, "a", 8), attempt(1, "b", 3)]}, "task-seconds lost on other"),
    ],
)
def test_a_node_lost_with_something_amiss(changes: dict[str, Any], amiss: str) -> None:
    amiss_text = replace(TEXT, lost=replace(lost(**changes), digest="same"))
    for outcome in (
        node_loss.judge(pair(lost(**changes)), TEXT),
        node_loss.judge(pair(lost()), amiss_text),
    ):
        assert any(one.startswith(amiss) for one in failing(outcome))
        assert outcome.as_dict()["verdict"] == "fails"


@pytest.mark.parametrize(("calm", "disturbed"), [("one", "other"), ("", "")])
def test_files_that_a_loss_made_others(calm: str, disturbed: str) -> None:
    text = node_loss.Pair(replace(CALM, digest=calm), replace(lost(), digest=disturbed))
    assert failing(node_loss.judge(pair(lost()), text)) == ["files of both runs"]


def reclaimed(**changes: Any) -> Facts:
    """Two spot workers with notice of 60 s after 10 s: `w` is watched, `u` is not."""
    told: dict[str, Any] = {
        "nodes": [node("w", draining=12, left=50), node("u", left=80), node("n", joined=40)],
        "machines": [machine("w", ended=52), machine("u", ended=70), machine("n", asked=20)],
        "attempts": [attempt(0, "w", 9, 19), attempt(1, "u", 65), attempt(1, "n", 81, 91, 1)],
        "marks": [
            mark("watcher stopped", 5, "u"),
            mark("notice", 10, "w"),
            mark("notice", 10, "u"),
        ],
    }
    return facts(**told | changes)


LONGER = spot_reclaim.Reclaimed(reclaimed(), 60)


def test_spot_workers_taken_back() -> None:
    outcome = spot_reclaim.judge(spot_reclaim.Reclaimed(reclaimed(), 60), LONGER)
    assert failing(outcome) == []
    told = outcome.as_dict()
    assert (told["lost_task_seconds"], told["short_lost_unwatched"]) == (0, 5)
    assert (told["detected_s"], told["replacement_s"], told["short_left_s"]) == (2, 30, 40)
    assert told["long_detected_unwatched_s"] == 70


@pytest.mark.parametrize(
    ("changes", "amiss"),
    [
        ({"marks": [mark("notice", 10, "w"), mark("notice", 10, "u")]}, "notice for a worker"),
        ({"marks": [mark("watcher stopped", 5, "u")]}, "notice for a worker"),
        ({"done": 1}, "tasks done"),
        ({"attempts": [attempt(0, "w", 9)]}, "short tasks: task-seconds lost"),
        ({"attempts": [attempt(0, "w", 15, 19)]}, "tasks begun on it after"),
        (
            {"nodes": [node("w", draining=13.5, left=50), node("u"), node("n", joined=40)]},
            "drained after",
        ),
        (
            {"nodes": [node("w", draining=12, left=39), node("u"), node("n", joined=40)]},
            "short tasks: replacement joined before",
        ),
        ({"nodes": [node("w", left=70), node("u"), node("n", joined=40)]}, "drained after"),
        ({"nodes": [node("w", draining=12), node("u"), node("n", joined=71)]}, "replacement"),
    ],
)
def test_spot_workers_taken_back_with_something_amiss(changes: dict[str, Any], amiss: str) -> None:
    outcome = spot_reclaim.judge(spot_reclaim.Reclaimed(reclaimed(**changes), 60), LONGER)
    assert any(one.startswith(amiss) for one in failing(outcome)), failing(outcome)


def idled(**changes: Any) -> Facts:
    """Three workers, of which one leaves 30 s after its last task, at second 50."""
    told: dict[str, Any] = {
        "nodes": [node("a"), node("b"), node("c", joined=10, draining=50, left=52)],
        "machines": [machine("a"), machine("b"), machine("c", asked=5, ended=53)],
        "attempts": [attempt(0, "c", 12, 20)],
        "counts": [count(1, 2), count(11, 3), count(51, 2)],
    }
    return facts(**told | changes)


def test_a_worker_that_idled_has_left_and_what_that_saved() -> None:
    outcome = idle.judge(idled(), 30, 2, PRICES)
    assert failing(outcome) == []
    told = outcome.as_dict()
    assert told["idle_s"] == [30.0]
    # Two for 100 s and one for 60 s, the least that is billed, though it was there for 48 s.
    assert told["usd_workers"] == pytest.approx((100 + 100 + 60) * 0.9 / 3600)
    assert told["usd_static"] == pytest.approx(3 * 100 * 0.9 / 3600)
    assert told["saved_against_on_demand"] == "75%"


@pytest.mark.parametrize(
    ("changes", "amiss"),
    [
        ({"nodes": [node("a"), node("b"), node("c", joined=10)]}, "workers that left"),
        ({"attempts": [attempt(0, "c", 12, 40)]}, "idle before they left, at least"),
        ({"nodes": [node("c", joined=10, draining=90, left=91)]}, "idle before they left, at most"),
        ({"counts": [count(1, 2), count(11, 3), count(51, 1)]}, "fewest workers"),
    ],
)
def test_workers_that_idled_with_something_amiss(changes: dict[str, Any], amiss: str) -> None:
    assert any(
        one.startswith(amiss) for one in failing(idle.judge(idled(**changes), 30, 2, PRICES))
    )


def test_a_price_that_is_not_known_is_not_guessed() -> None:
    told = idle.judge(idled(), 30, 2, Prices("us-east-1", {})).as_dict()
    assert (told["usd_workers"], told["saved_against_static"]) == (None, None)


def stamped(seconds: float = 50.0, joined: float = 20.0) -> Facts:
    return facts(
        nodes=[node("a"), node("b", joined=joined), node("c", joined=joined + 2)],
        counts=[count(1, 1), count(joined + 3, 3)],
        seconds=seconds,
    )


PLANNED = stampede.Times(first=20.0, last=20.0, done=50.0)


def test_a_stampede_as_forecast() -> None:
    outcome = stampede.judge(stamped(), PLANNED, 15.0)
    assert failing(outcome) == []
    told = outcome.as_dict()
    assert (told["first_worker_s"], told["last_worker_s"], told["done_s"]) == (20, 22, 50)


@pytest.mark.parametrize(
    ("run", "planned", "amiss"),
    [
        (stamped(seconds=61), PLANNED, ["all tasks done"]),
        (stamped(joined=15.9), PLANNED, ["first new worker joined"]),
        (stamped(joined=25), PLANNED, ["first new worker joined", "last new worker joined"]),
        (
            stamped(),
            stampede.Times(first=None, last=None, done=50),
            ["first new worker joined", "last new worker joined"],
        ),
    ],
)
def test_a_stampede_that_was_forecast_wrongly(
    run: Facts, planned: stampede.Times, amiss: list[str]
) -> None:
    assert failing(stampede.judge(run, planned, 15.0)) == amiss


def test_tasks_that_ran_where_they_should_and_elsewhere() -> None:
    there = facts(nodes=[node("a"), node("g", kind="graviton")], attempts=[attempt(0, "a", 1, 2)])
    nothing = facts(named=4.0)
    assert failing(placement.judge({"intel": [there]}, nothing)) == []
    assert failing(placement.judge({"graviton": [there]}, nothing)) == [
        "tasks on other workers (a run)"
    ]
    assert failing(placement.judge({"intel": [there]}, facts(named=10.5))) == [
        "the impossible demand named after"
    ]
    assert failing(placement.judge({"intel": [there]}, facts())) == [
        "the impossible demand named after"
    ]
    assert failing(placement.judge({}, nothing)) == ["kinds of workers"]


def test_a_run_in_which_nothing_happened_holds_in_no_drill() -> None:
    empty = replace(facts(tasks=0, done=0, right=True), end=BEGIN)
    reclaim = spot_reclaim.Reclaimed(empty, 60)
    outcomes = [
        node_loss.judge(node_loss.Pair(empty, empty), node_loss.Pair(empty, empty)),
        spot_reclaim.judge(reclaim, reclaim),
        idle.judge(empty, 30, 0, PRICES),
        stampede.judge(empty, PLANNED, 15),
        placement.judge({}, empty),
    ]
    assert [one.drill for one in outcomes if one.holds] == []
