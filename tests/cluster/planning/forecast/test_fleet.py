"""Nodes are asked for at Ray's pace, and take as long as EC2."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ray.autoscaler.v2.instance_manager.common import InstanceUtil
from ray.autoscaler.v2.instance_manager.reconciler import Reconciler

from cluster.planning.forecast.fleet import Fleet, State
from cluster.planning.forecast.nodes import Cluster
from cluster.planning.forecast.pace import Pace
from cluster.planning.forecast.ray_types import Instance
from tests.cluster.planning.forecast.clusters import cluster, node_type

TWO = ("one", "two")


def two_types(speed: float) -> Cluster:
    most = {"max_workers": 99}
    return cluster(*(node_type(name, **most) for name in TWO), max_workers=99, speed=speed)


@settings(max_examples=60, deadline=None)
@given(
    speed=st.sampled_from([0.0, 0.3, 1.0, 2.5, 100.0]),
    running=st.tuples(st.integers(0, 12), st.integers(0, 12)),
    requested=st.integers(0, 10),
    queued=st.lists(st.sampled_from(TWO), max_size=30),
)
def test_as_many_are_asked_for_as_ray_asks_for(
    speed: float, running: tuple[int, int], requested: int, queued: list[str]
) -> None:
    fleet = Fleet(cluster=two_types(speed), pace=Pace())
    for _ in range(requested):
        fleet.queue(fleet.cluster.types["one"])
        fleet.launch(0.0)
    for name, count in zip(TWO, running, strict=True):
        for _ in range(count):
            fleet.start(fleet.cluster.types[name], 0.0)
    for name in queued:
        fleet.queue(fleet.cluster.types[name])
    states: dict[State, list[object]] = {state: [] for state in State}
    for node in fleet.nodes:
        status = Instance.InstanceStatus.Value(node.state.name)
        made = InstanceUtil.new_instance(str(node.number), node.kind.name, status)
        states[node.state].append(made)
    wanted = Reconciler._compute_to_launch(
        states[State.QUEUED], states[State.REQUESTED], states[State.RAY_RUNNING], speed, 10
    )
    asked = fleet.launch(1.0)
    ours = {name: [node.number for node in asked if node.kind.name == name] for name in TWO}
    rays = {name: [int(one.instance_id) for one in wanted.get(name, [])] for name in TWO}
    assert ours == rays


def test_a_node_takes_its_time_and_waits_for_rounds() -> None:
    fleet = Fleet(cluster=two_types(1.0), pace=Pace())
    fleet.queue(fleet.cluster.types["one"])
    (node,) = fleet.launch(0.0)
    states = [node.state]
    for second in (1.0, 5.0):
        fleet.sync(second)
        states.append(node.state)
    assert states == [State.REQUESTED, State.REQUESTED, State.ALLOCATED]
    assert fleet.install(5.0) == []
    assert fleet.install(10.0) == [node]
    assert node.billed == 7.0
    assert fleet.running["one"] == 0
    fleet.join(node, 68.0)
    assert (fleet.running["one"], fleet.pending("one")) == (1, 0)
    assert list(fleet.expired(128.0)) == []
    assert list(fleet.expired(128.1)) == [node]
    fleet.stop(node)
    assert (fleet.count("one"), fleet.pending("one")) == (1, 1)
    assert fleet.sync(135.0) == [node]
    assert (fleet.count("one"), node.ended) == (0, 135.0)


def test_a_pace_of_another_boot_keeps_its_proportions() -> None:
    pace = Pace()
    assert pace.boot == 65
    slow = pace.scaled(130)
    assert slow.boot == pytest.approx(130)
    assert slow.ssh == pytest.approx(2 * pace.ssh)
    assert (slow.round, slow.launches) == (pace.round, pace.launches)


@pytest.mark.parametrize(
    ("config", "every"),
    [
        ({}, 5),
        ({"docker": {"head_run_options": ["--env=AUTOSCALER_UPDATE_INTERVAL_S=2"]}}, 2),
        ({"docker": {"run_options": ["-e", "AUTOSCALER_UPDATE_INTERVAL_S=7"]}}, 7),
        ({"head_start_ray_commands": ["AUTOSCALER_UPDATE_INTERVAL_S=1 ray start --head"]}, 1),
        ({"docker": {"run_options": ["--env=MY_AUTOSCALER_UPDATE_INTERVAL_S=7"]}}, 5),
        ({"docker": {"run_options": ["--env=AUTOSCALER_UPDATE_INTERVAL_S=0"]}}, 5),
        ({"docker": None, "head_start_ray_commands": "AUTOSCALER_UPDATE_INTERVAL_S=1"}, 5),
    ],
)
def test_how_often_the_autoscaler_looks_is_the_configs(
    config: dict[str, Any], every: float
) -> None:
    assert Pace().within(config) == replace(Pace(), round=every)
