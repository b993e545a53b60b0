"""The quick scheduler decides in every round what Ray's decides, asked in full."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given, settings

from cluster.planning.forecast.counted import Counted
from cluster.planning.forecast.decision import Decision, Waiting
from cluster.planning.forecast.demand import Demand
from cluster.planning.forecast.fleet import Fleet
from cluster.planning.forecast.forecast import forecast
from cluster.planning.forecast.nodes import Cluster
from cluster.planning.forecast.plain import Plain
from tests.cluster.planning.forecast.clusters import (
    PRICES,
    cluster,
    demands,
    node_type,
    started,
    tasks,
)


class Both:
    """Asks both in every round, and keeps how often they had something to say."""

    def __init__(self, asked: Cluster) -> None:
        self.plain, self.counted = Plain(asked), Counted(asked)
        self.rounds = self.launched = self.stopped = 0

    def decide(self, fleet: Fleet, waiting: Waiting, now: float) -> Decision:
        plain = self.plain.decide(fleet, waiting, now)
        counted = self.counted.decide(fleet, waiting, now)
        assert list(counted.launch.items()) == list(plain.launch.items())
        assert sorted(counted.stop) == sorted(plain.stop)
        self.rounds += 1
        self.launched += sum(plain.launch.values())
        self.stopped += len(plain.stop)
        return plain


@pytest.fixture(autouse=True)
def _quiet() -> None:
    logging.getLogger("ray.autoscaler.v2.scheduler").setLevel(logging.WARNING)


@settings(max_examples=200, deadline=None)
@given(there=started(), wanted=demands)
def test_every_decision_is_rays(
    there: tuple[Cluster, dict[str, int]], wanted: list[Demand]
) -> None:
    asked, running = there
    forecast(asked, wanted, PRICES, running=running, scheduler=Both(asked))


def test_types_that_suit_as_well_take_turns() -> None:
    asked = cluster(
        node_type("one", resources={"CPU": 4.0, "Intel": 4.0}, max_workers=9),
        node_type("two", resources={"CPU": 4.0, "Graviton": 4.0}, max_workers=9),
    )
    both = Both(asked)
    found = forecast(asked, [tasks(20)], PRICES, scheduler=both)
    assert both.launched == 5
    assert both.stopped == 5
    assert found.tasks_done == 20


def test_a_large_round_is_rays_too() -> None:
    asked = cluster(
        node_type("one", resources={"CPU": 8.0}, max_workers=60),
        node_type("two", resources={"CPU": 4.0, "Intel": 4.0}, max_workers=60),
        max_workers=100,
        speed=100,
    )
    both = Both(asked)
    wanted = [tasks(300, 100), tasks(70, 90, {"CPU": 2.0, "Intel": 1.0}), tasks(100, 50, at=200)]
    found = forecast(asked, wanted, PRICES, scheduler=both)
    assert both.launched > 50
    assert found.tasks_done == 470
