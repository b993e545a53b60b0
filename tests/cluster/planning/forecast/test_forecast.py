"""What every forecast keeps to, and the documents' stampede."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluster.configs import find
from cluster.planning.forecast.counted import Counted
from cluster.planning.forecast.decision import Decision, Waiting
from cluster.planning.forecast.demand import UNITS, Demand
from cluster.planning.forecast.fleet import Fleet, State
from cluster.planning.forecast.forecast import Forecast, forecast
from cluster.planning.forecast.nodes import Cluster
from cluster.planning.forecast.nodes import cluster as of_config
from cluster.planning.forecast.pace import Pace
from cluster.planning.forecast.simulate import placeable
from cluster.planning.forecast.timeline import JOINED, REQUESTED
from cluster.planning.source import read
from cluster.prices.choose import choose
from errors import UsageError
from tests.cluster.planning.forecast.clusters import (
    PRICES,
    cluster,
    clusters,
    demands,
    node_type,
    started,
    tasks,
)


class Watched:
    """Decides as usual, and looks at every node and task in every round."""

    def __init__(self, asked: Cluster) -> None:
        self.counted = Counted(asked)

    def decide(self, fleet: Fleet, waiting: Waiting, now: float) -> Decision:
        for node in fleet.nodes:
            has = node.kind.resources
            assert all(0 <= free <= has[name] * UNITS for name, free in node.free.items())
            if node.state is State.RAY_RUNNING:
                assert (node.tasks == 0) == (node.idle is not None)
                fits = [
                    shape.count_in(node.free)
                    for shape, _ in waiting
                    if shape.matches(node.kind.labels)
                ]
                assert not any(fits)
        return self.counted.decide(fleet, waiting, now)


def counts(found: Forecast, state: str) -> list[tuple[float, dict[str, int]]]:
    """The nodes of each type from each time on."""
    now: dict[str, int] = {}
    by_time: dict[float, dict[str, int]] = {}
    for step in found.timeline:
        if step.state == state:
            now[step.node_type] = step.count
        by_time[step.time] = dict(now)
    return list(by_time.items())


def cpu_seconds(found: Forecast, asked: Cluster) -> float:
    """What the nodes that had joined could have worked until all was done."""
    steps = [*counts(found, JOINED), (found.done_s, {})]
    total = 0.0
    for (begin, there), (end, _) in pairwise(steps):
        width = max(0.0, min(end, found.done_s) - begin)
        total += width * sum(
            count * asked.types[name].resources["CPU"] for name, count in there.items()
        )
    return total


@settings(max_examples=120, deadline=None)
@given(there=started(), wanted=demands)
def test_every_task_is_done_or_named_and_no_limit_is_passed(
    there: tuple[Cluster, dict[str, int]], wanted: list[Demand]
) -> None:
    asked, running = there
    found = forecast(asked, wanted, PRICES, running=running, scheduler=Watched(asked))
    assert found.tasks == sum(one.tasks for one in wanted)
    assert found.tasks_done + sum(one.tasks for one in found.infeasible) == found.tasks
    for _, now in counts(found, REQUESTED):
        for name, count in now.items():
            assert 0 <= count <= asked.types[name].max_workers + (name == asked.head)
        assert sum(now.values()) <= asked.max_workers + 1
    assert found.peak_nodes <= asked.max_workers + 1
    for name, kind in asked.types.items():
        assert counts(found, REQUESTED)[-1][1].get(name, 0) >= kind.min_workers
    if not found.infeasible:
        work = sum(
            one.tasks * one.seconds * dict(one.shape.resources).get("CPU", 0) for one in wanted
        )
        assert cpu_seconds(found, asked) >= work - 1e-6


@settings(max_examples=20, deadline=None)
@given(asked=clusters(), wanted=demands)
def test_the_same_is_forecast_twice(asked: Cluster, wanted: list[Demand]) -> None:
    assert forecast(asked, wanted, PRICES) == forecast(asked, wanted, PRICES)


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(1, 200),
    seconds=st.floats(0.5, 500),
    timeouts=st.tuples(st.floats(0, 900), st.floats(0, 900)),
)
def test_idling_longer_costs_no_less(
    count: int, seconds: float, timeouts: tuple[float, float]
) -> None:
    costs = []
    for timeout in sorted(timeouts):
        asked = cluster(node_type(max_workers=9, idle_timeout_s=timeout))
        costs.append(forecast(asked, [tasks(count, seconds)], PRICES).usd_on_demand or 0.0)
    assert costs[0] <= costs[1]


@settings(max_examples=20, deadline=None)
@given(seconds=st.floats(0.5, 500), idle=st.integers(1, 8))
def test_more_nodes_that_idle_cost_more(seconds: float, idle: int) -> None:
    asked = cluster(node_type(max_workers=9))
    few, many = (
        forecast(asked, [tasks(1, seconds)], PRICES, running={"one": count}).usd_on_demand or 0.0
        for count in (idle, idle + 1)
    )
    assert few < many


def stampede() -> tuple[Cluster, Forecast]:
    asked = of_config(read(find("autoscaling")).config)
    prices = choose([kind.instance_type for kind in asked.types.values()], "us-east-1")
    return asked, forecast(asked, [tasks(480, 300.0)], prices, running={"intel": 10})


def test_the_stampede_makes_thirty_workers_of_ten() -> None:
    _, found = stampede()
    assert found.waiting(0.0) == 320
    assert [(wave.asked[0], wave.count) for wave in found.waves] == [(0.0, 10), (5.0, 10)]
    assert [there["intel"] for _, there in counts(found, JOINED)][:4] == [10, 10, 20, 30]
    assert found.peak_nodes == 31
    assert found.done_s == 373.0
    assert counts(found, REQUESTED)[-1][1]["intel"] == 0
    assert found.idle_s == 680.0


def test_the_stampede_costs_what_its_nodes_cost() -> None:
    _, found = stampede()
    hours = {"intel": (10 * 610 + 10 * (675 - 7) + 10 * (680 - 12)) / 3600, "head": 680 / 3600}
    assert found.node_hours == pytest.approx(hours)
    assert found.usd_on_demand == pytest.approx(hours["intel"] * 0.714 + hours["head"] * 0.2016)
    assert found.usd_spot == found.usd_on_demand


def test_a_million_tasks_on_five_thousand_nodes() -> None:
    asked, _ = stampede()
    large = replace(
        asked,
        max_workers=5000,
        types={**asked.types, "intel": replace(asked.types["intel"], max_workers=5000)},
    )
    found = forecast(large, [tasks(1_000_000, 300.0)], PRICES)
    assert (found.tasks_done, found.peak_nodes) == (1_000_000, 5001)
    # Ten every five seconds, whatever the upscaling speed; then 80,000 tasks at once.
    assert [(wave.asked, wave.count) for wave in found.waves] == [((0.0, 2495.0), 5000)]
    assert found.done_s > 1_000_000 * 300 / 80_000


def test_a_task_that_no_node_holds_is_named() -> None:
    asked = cluster(node_type(labels={"arch": "arm64"}))
    wanted = [
        tasks(2),
        tasks(3, resources={"CPU": 5.0}),
        tasks(4, resources={"GPU": 1.0}),
        tasks(5, labels={"arch": "amd64"}),
    ]
    found = forecast(asked, wanted, PRICES)
    assert found.tasks_done == 2
    assert [one.tasks for one in found.infeasible] == [3, 4, 5]
    assert found.infeasible[0].reason == (
        "no node type holds {CPU: 5}: add one that does, or ask for less"
    )


def test_tasks_that_the_minimum_of_others_shuts_out_are_named() -> None:
    asked = cluster(
        node_type("one", min_workers=2, max_workers=2),
        node_type("two", resources={"CPU": 4.0, "Intel": 1.0}),
        max_workers=2,
    )
    found = forecast(asked, [tasks(1), tasks(3, resources={"Intel": 1.0})], PRICES)
    assert (found.tasks_done, [one.tasks for one in found.infeasible]) == (1, [3])
    assert found.infeasible[0].reason.startswith("max_workers never leaves room")


def test_tasks_wait_until_idle_nodes_of_another_type_make_room() -> None:
    asked = cluster(
        node_type("one", idle_timeout_s=60.0),
        node_type("two", resources={"CPU": 4.0, "Intel": 1.0}),
        max_workers=2,
    )
    wanted = [tasks(8, 100.0), tasks(1, resources={"Intel": 1.0}, at=50.0)]
    found = forecast(asked, wanted, PRICES, running={"one": 2})
    assert found.tasks_done == 9
    assert [(wave.node_type, wave.asked[0]) for wave in found.waves] == [("two", 170.0)]


def test_no_work_at_all_runs_nothing() -> None:
    asked = cluster(node_type(min_workers=1))
    found = forecast(asked, [tasks(1, resources={"GPU": 1.0})], PRICES)
    assert (found.tasks_done, found.done_s, found.usd_on_demand) == (0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("running", "told"),
    [
        ({"one": 5}, "5 of 'one' cannot be running: the config allows one up to 4"),
        ({"none": 1}, "1 of 'none' cannot be running"),
        ({"head": 1}, "1 of 'head' cannot be running"),
        ({"one": 3}, "3 workers, those said to be running and what min_workers adds, are more"),
    ],
)
def test_more_than_may_be_cannot_be_running(running: dict[str, int], told: str) -> None:
    asked = cluster(node_type(), max_workers=2)
    with pytest.raises(UsageError) as error:
        forecast(asked, [tasks(1)], PRICES, running=running)
    assert told in str(error.value)


@settings(max_examples=60, deadline=None)
@given(asked=clusters(), wanted=demands)
def test_what_no_node_holds_is_what_ray_finds_no_place_for(
    asked: Cluster, wanted: list[Demand]
) -> None:
    empty = {name: replace(kind, min_workers=0) for name, kind in asked.types.items()}
    free = replace(asked, types=empty, max_workers=len(empty))
    for one in wanted:
        alone = replace(one, tasks=1, at=0.0)
        decided = Counted(free).decide(Fleet(cluster=free, pace=Pace()), [(alone.shape, 1)], 0.0)
        on_head = alone.shape.count_in(Fleet(cluster=free, pace=Pace()).head.free)
        on_head = on_head and alone.shape.matches(asked.types[asked.head].labels)
        assert placeable(free, alone) == bool(decided.launch or on_head)


def test_a_wave_of_many_rounds_is_one() -> None:
    asked = cluster(node_type(max_workers=40), max_workers=40, speed=0)
    found = forecast(asked, [tasks(160)], PRICES)
    assert seen(found) == [(0.0, 195.0, 40)]


def seen(found: Forecast) -> Sequence[tuple[float, float, int]]:
    return [(*wave.asked, wave.count) for wave in found.waves]
