"""Who takes part: this machine, or the nodes of a Ray cluster."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from errors import ServiceError
from workloads.bench.case import Machine
from workloads.bench.machine import describe, together
from workloads.bench.meter import Meter, Tree, Use
from workloads.files.distribute import (
    SUBCLUSTER_LABEL,
    label_selector,
    on_cluster,
    start_ray,
)

# A cluster that grows on demand may have to start a machine first.
SECONDS_FOR_A_NODE = 900.0


class ThisMachine:
    """This machine alone: all that works is below the processes of the engines.

    Attributes:
        by_turns: whether engines stay warm while others work.
    """

    by_turns = True

    def machine(self) -> Machine:
        """What it is."""
        return describe()

    def cpus_of_a_task(self) -> int:
        """The most that a task can have."""
        return describe().vcpus

    def meters(self) -> Sequence[Meter]:
        """Of other processes than the engines' own: there are none."""
        return ()


class Cluster:
    """The nodes of a Ray cluster that have CPUs, or those of its subcluster.

    Attributes:
        by_turns: not so, as a node keeps no more idle workers than it has CPUs: those of one
            engine make those of another end, and what they had loaded is gone.
    """

    by_turns = False

    def __init__(self, selector: Mapping[str, str]) -> None:
        self._selector = selector
        self._meters: dict[str, NodeMeter] = {}

    def machine(self) -> Machine:
        """All nodes together: what differs between them is named side by side."""
        import ray

        nodes = _nodes(self._selector)
        machines: list[Machine] = ray.get([meter.describe() for meter in self._of(nodes)])
        return together(machines, int(sum(node["Resources"]["CPU"] for node in nodes)))

    def cpus_of_a_task(self) -> int:
        """The most that a task can have on whichever node it comes to."""
        return int(min(node["Resources"]["CPU"] for node in _nodes(self._selector)))

    def meters(self) -> Sequence[Meter]:
        """One for each node that there is now; nodes come and go."""
        return self._of(_nodes(self._selector))

    def _of(self, nodes: Sequence[dict[str, Any]]) -> list[NodeMeter]:
        names = [node["NodeID"] for node in nodes]
        for name in names:
            if name not in self._meters:
                self._meters[name] = NodeMeter(name)
        return [self._meters[name] for name in names]


class NodeMeter:
    """Tells what all processes of Ray's on a node use, whatever job they belong to."""

    def __init__(self, node: str) -> None:
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        here = NodeAffinitySchedulingStrategy(node, soft=False)
        self._there: Any = (
            ray.remote(RayTree).options(num_cpus=0, scheduling_strategy=here).remote()
        )

    def describe(self) -> Any:
        """What the node is, as Ray's reference to a `Machine`."""
        return self._there.describe.remote()

    def begin(self) -> None:
        """Starts to count."""
        import ray
        from ray.exceptions import RayActorError

        # A spot node may go at any time; then it has used nothing that anybody could tell.
        with suppress(RayActorError):
            ray.get(self._there.begin.remote())

    def end(self) -> Use:
        """What was used since then; nothing where the node is gone."""
        import ray
        from ray.exceptions import RayActorError

        with suppress(RayActorError):
            use: Use = ray.get(self._there.end.remote())
            return use
        return Use()


class RayTree(Tree):
    """The raylet that this process is a worker of, and all its processes but this one."""

    def __init__(self) -> None:
        super().__init__(os.getppid(), without=[os.getpid()])

    def describe(self) -> Machine:
        """The machine that it is on."""
        return describe()


@contextmanager
def taking_part() -> Iterator[ThisMachine | Cluster]:
    """Who takes part, by what RAY_ADDRESS says; this process is connected to the cluster meanwhile.

    Raises:
        ServiceError: no cluster answers, or it has no free CPU in time.
    """
    if not on_cluster():
        yield ThisMachine()
        return
    with connected():
        yield nodes_of(label_selector())


@contextmanager
def connected() -> Iterator[None]:
    """This process is connected to the cluster meanwhile.

    Raises:
        ServiceError: no cluster answers.
    """
    import ray

    start_ray()
    try:
        yield
    finally:
        ray.shutdown()


def nodes_of(selector: Mapping[str, str]) -> Cluster:
    """The nodes with these labels, once one of them is there.

    Raises:
        ServiceError: none has a free CPU in time.
    """
    _wait_for_a_node(selector)
    return Cluster(selector)


def _wait_for_a_node(selector: Mapping[str, str]) -> None:
    """Asks for a CPU, which lets a cluster that grows on demand start a node."""
    import ray
    from ray.exceptions import GetTimeoutError

    asked = ray.remote(_nothing).options(num_cpus=1, label_selector=dict(selector)).remote()
    try:
        ray.get(asked, timeout=SECONDS_FOR_A_NODE)
    except GetTimeoutError as error:
        ray.cancel(asked)
        wanted = selector.get(SUBCLUSTER_LABEL)
        where = f" in the subcluster '{wanted}'" if wanted else ""
        raise ServiceError(
            f"the cluster has had no free CPU{where} for {SECONDS_FOR_A_NODE:,.0f} s: "
            f"look at `ray status`; its subclusters are {', '.join(_subclusters()) or 'none'}"
        ) from error


def _nothing() -> None:
    pass


def _nodes(selector: Mapping[str, str]) -> list[dict[str, Any]]:
    """The living nodes that take part, in a fixed order."""
    wanted = selector.items()
    found = [
        node
        for node in _alive()
        if node["Resources"].get("CPU") and wanted <= node["Labels"].items()
    ]
    return sorted(found, key=lambda node: str(node["NodeID"]))


def _subclusters() -> list[str]:
    labels = [node["Labels"].get(SUBCLUSTER_LABEL) for node in _alive()]
    return sorted({label for label in labels if label})


def _alive() -> list[dict[str, Any]]:
    import ray

    nodes: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
    return [node for node in nodes if node["Alive"]]
