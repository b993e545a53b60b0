"""Clusters and demands to forecast, small ones made up and random ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from cluster.planning.forecast.demand import Demand, Shape
from cluster.planning.forecast.nodes import Cluster, NodeType
from cluster.prices.price import Price, Prices

INSTANCE = "c7i.4xlarge"
NAMES = ("one", "two", "three")
PRICES = Prices("us-east-1", {INSTANCE: Price(0.714, 0.33, "a test")})


def node_type(name: str = "one", **said: Any) -> NodeType:
    """A node type of 4 CPUs, but for what is said."""
    usual: dict[str, Any] = {
        "name": name,
        "instance_type": INSTANCE,
        "resources": {"CPU": 4.0},
        "labels": {},
        "min_workers": 0,
        "max_workers": 4,
        "idle_timeout_s": 60.0,
        "priority": 0,
        "spot": False,
    }
    return NodeType(**usual | said)


def cluster(*types: NodeType, max_workers: int = 10, speed: float = 1.0) -> Cluster:
    """A cluster of these types and a head without CPUs."""
    head = node_type("head", resources={"CPU": 0.0}, max_workers=0)
    return Cluster(
        name="test",
        head="head",
        types={kind.name: kind for kind in (head, *types)},
        max_workers=max_workers,
        upscaling_speed=speed,
    )


def tasks(
    count: int,
    seconds: float = 30.0,
    resources: Mapping[str, float] | None = None,
    labels: Mapping[str, str] | None = None,
    at: float = 0.0,
) -> Demand:
    """A demand, of one CPU a task if not said."""
    shape = Shape(
        resources=tuple(sorted((resources or {"CPU": 1.0}).items())),
        labels=tuple(sorted((labels or {}).items())),
    )
    return Demand(tasks=count, seconds=seconds, shape=shape, at=at)


def node_types(name: str) -> st.SearchStrategy[NodeType]:
    """Random ones; some are alike but for their names, some have a resource that others lack."""
    return st.builds(
        lambda cpus, extra, least, more, **said: node_type(
            name,
            resources={"CPU": float(cpus)} | extra,
            min_workers=least,
            max_workers=least + more,
            **said,
        ),
        cpus=st.sampled_from([1, 2, 4, 4, 8]),
        extra=st.sampled_from([{}, {"Intel": 4.0}, {"Graviton": 2.0}, {"memory": 64.0}]),
        least=st.integers(0, 2),
        more=st.integers(0, 5),
        labels=st.sampled_from([{}, {"ray-subcluster": "intel"}, {"ray-subcluster": "graviton"}]),
        idle_timeout_s=st.sampled_from([0.0, 17.0, 60.0]),
        priority=st.integers(0, 1),
        spot=st.booleans(),
    )


@st.composite
def clusters(draw: st.DrawFn) -> Cluster:
    """Random ones of one to three types, whose minima fit in the maximum."""
    types = [draw(node_types(name)) for name in NAMES[: draw(st.integers(1, 3))]]
    least = sum(kind.min_workers for kind in types)
    head = node_type("head", resources={"CPU": draw(st.sampled_from([0.0, 2.0]))}, max_workers=0)
    order = draw(st.permutations([head, *types]))
    return Cluster(
        name="test",
        head="head",
        types={kind.name: kind for kind in order},
        max_workers=least + draw(st.integers(0, 10)),
        upscaling_speed=draw(st.sampled_from([0.0, 0.5, 1.0, 10.0])),
    )


@st.composite
def started(draw: st.DrawFn) -> tuple[Cluster, dict[str, int]]:
    """Random ones, and how many workers of each type have joined; they may be too few."""
    asked = draw(clusters())
    left = asked.max_workers - sum(kind.min_workers for kind in asked.types.values())
    running = dict.fromkeys(asked.types, 0)
    for kind in asked.workers:
        most = min(kind.max_workers, kind.min_workers + left)
        running[kind.name] = draw(st.integers(0, most))
        left -= max(0, running[kind.name] - kind.min_workers)
    return asked, running


demands = st.lists(
    st.builds(
        tasks,
        count=st.integers(1, 60),
        seconds=st.sampled_from([0.5, 7.0, 33.3, 300.0]),
        resources=st.sampled_from(
            [
                {"CPU": 1.0},
                {"CPU": 0.1},
                {"CPU": 0.3, "memory": 5.0},
                {"CPU": 2.0},
                {"CPU": 3.0},
                {"CPU": 1.0, "Intel": 1.0},
                {"Graviton": 1.0},
                {"CPU": 8.0},
            ]
        ),
        labels=st.sampled_from([None, None, {"ray-subcluster": "intel"}]),
        at=st.sampled_from([0.0, 0.0, 12.0, 100.0, 400.0]),
    ),
    min_size=1,
    max_size=4,
)
