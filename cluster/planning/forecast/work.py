"""The tasks of a simulated cluster: those that wait, and those that run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cluster.planning.forecast.decision import Waiting
from cluster.planning.forecast.demand import Demand, Shape
from cluster.planning.forecast.fleet import Fleet, Node, State


@dataclass(eq=False, slots=True, kw_only=True)
class Batch:
    """Tasks of one demand that began together on a node."""

    node: Node
    demand: int
    tasks: int
    until: float


@dataclass(kw_only=True)
class Work:
    """Counts of tasks; no task is a thing of its own.

    Whatever fits runs at once: first come first served, on the node that joined first. So no task
    waits that a running node has room for.

    Attributes:
        demands: all of them.
        waiting: of each demand that has come, how many tasks wait.
        total: of all demands, how many tasks wait.
        done: of each demand, how many tasks are done.
    """

    demands: Sequence[Demand]
    waiting: dict[int, int] = field(default_factory=dict)
    total: int = 0
    done: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.done = [0] * len(self.demands)

    def arrive(self, demand: int, fleet: Fleet, now: float) -> list[Batch]:
        """Takes in a demand; gives what of it begins on nodes that have room."""
        self.waiting[demand] = self.demands[demand].tasks
        self.total += self.demands[demand].tasks
        nodes = (node for group in fleet.alive.values() for node in group.values())
        ready = [node for node in nodes if node.state is State.RAY_RUNNING]
        ready.sort(key=lambda node: (node.joined or 0.0, node.number))
        started: list[Batch] = []
        for node in ready:
            if demand not in self.waiting:
                break
            started += self._begin(demand, node, fleet, now)
        return started

    def offer(self, node: Node, fleet: Fleet, now: float) -> list[Batch]:
        """Begins what fits on a node that has room now."""
        started: list[Batch] = []
        full: set[Shape] = set()  # once a shape has no room left, it has none in this second
        for demand, tasks in list(self.waiting.items()):
            shape = self.demands[demand].shape
            if shape not in full:
                begun = self._begin(demand, node, fleet, now)
                started += begun
                if sum(batch.tasks for batch in begun) < tasks:
                    full.add(shape)
        return started

    def finish(self, batch: Batch, fleet: Fleet) -> None:
        """Takes the tasks off their node."""
        node = batch.node
        for name, units in self.demands[batch.demand].shape.units:
            node.free[name] += units * batch.tasks
        node.tasks -= batch.tasks
        self.done[batch.demand] += batch.tasks
        if not node.tasks:
            node.idle = batch.until
            fleet.idle[node.number] = node

    def shapes(self) -> Waiting:
        """The tasks that wait, by what they need, as Ray's autoscaler hears of them."""
        counts: dict[Shape, int] = {}
        for demand, tasks in self.waiting.items():
            shape = self.demands[demand].shape
            counts[shape] = counts.get(shape, 0) + tasks
        return list(counts.items())

    def _begin(self, demand: int, node: Node, fleet: Fleet, now: float) -> list[Batch]:
        asked = self.demands[demand]
        if not asked.shape.matches(node.kind.labels):
            return []
        tasks = min(self.waiting[demand], asked.shape.count_in(node.free))
        if not tasks:
            return []
        for name, units in asked.shape.units:
            node.free[name] -= units * tasks
        node.tasks += tasks
        node.idle = None
        fleet.idle.pop(node.number, None)
        self.waiting[demand] -= tasks
        self.total -= tasks
        if not self.waiting[demand]:
            del self.waiting[demand]
        return [Batch(node=node, demand=demand, tasks=tasks, until=now + asked.seconds)]
