"""The simulation: tasks and nodes between rounds, and a decision of Ray's scheduler in each."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from cluster.planning.forecast.decision import Scheduler
from cluster.planning.forecast.demand import Demand
from cluster.planning.forecast.fleet import Fleet, Node
from cluster.planning.forecast.nodes import Cluster
from cluster.planning.forecast.pace import Pace
from cluster.planning.forecast.work import Batch, Work

Event = int | Node | Batch  # a demand that comes, a node that joins, tasks that are done


@dataclass(kw_only=True)
class Simulation:
    """A cluster at work.

    Attributes:
        fleet: its nodes.
        work: its tasks.
        scheduler: decides.
        now: the second it is at.
        done: when the last task was done.
        pending: how many tasks waited from which second on.
    """

    fleet: Fleet
    work: Work
    scheduler: Scheduler
    now: float = 0.0
    done: float = 0.0
    pending: list[tuple[float, int]] = field(default_factory=list)
    _events: list[tuple[float, int, Event]] = field(default_factory=list)
    _sequence: count[int] = field(default_factory=count)

    def run(self) -> None:
        """Runs until every task is done and every node that is too many is gone."""
        for at, demand in enumerate(self.work.demands):
            self._add(demand.at, at)
        following: float | None = 0.0
        while following is not None:
            self.now = following
            while self._events and self._events[0][0] <= self.now:
                time, _, event = heapq.heappop(self._events)
                self._happen(time, event)
            self._round()
            following = self._next()

    def _happen(self, time: float, event: Event) -> None:
        if isinstance(event, Batch):
            self.work.finish(event, self.fleet)
            self.done = time
            started = self.work.offer(event.node, self.fleet, time)
        elif isinstance(event, Node):
            self.fleet.join(event, time)
            started = self.work.offer(event, self.fleet, time)
        else:
            started = self.work.arrive(event, self.fleet, time)
        for batch in started:
            self._add(batch.until, batch)
        self._note(time)

    def _note(self, time: float) -> None:
        """Writes down how many tasks wait; what happens in one second is one change."""
        waiting = self.work.total
        if self.pending and self.pending[-1][0] == time:
            self.pending.pop()
        if not self.pending or self.pending[-1][1] != waiting:
            self.pending.append((time, waiting))

    def _round(self) -> None:
        """One look of the autoscaler, in the order of Ray's reconciler."""
        fleet = self.fleet
        fleet.sync(self.now)
        decision = self.scheduler.decide(fleet, self.work.shapes(), self.now)
        for number in decision.stop:
            fleet.stop(fleet.nodes[number])
        for name, number_of in decision.launch.items():
            for _ in range(number_of):
                fleet.queue(fleet.cluster.types[name])
        fleet.launch(self.now)
        for node in fleet.install(self.now):
            self._add(self.now + fleet.pace.install, node)

    def _next(self) -> float | None:
        """The next round that can make a difference; None when there is none."""
        every = self.fleet.pace.round
        if self.fleet.moving:
            return self.now + every
        times = [event[0] for event in self._events[:1]]
        times += [expiry for node in self._spare() if (expiry := _expiry(node)) is not None]
        if not times:
            return None
        rounds = math.ceil((min(times) - self.now) / every)
        return self.now + max(1, rounds) * every

    def _spare(self) -> list[Node]:
        """The idle nodes that the minimum does not need."""
        fleet = self.fleet
        return [
            node
            for node in fleet.idle.values()
            if node is not fleet.head and fleet.count(node.kind.name) > node.kind.min_workers
        ]

    def _add(self, time: float, event: Event) -> None:
        heapq.heappush(self._events, (time, next(self._sequence), event))


def _expiry(node: Node) -> float | None:
    """When a node has idled for as long as it may."""
    return None if node.idle is None else node.idle + node.kind.idle_timeout_s


def placeable(cluster: Cluster, demand: Demand) -> bool:
    """Whether an empty node of any type could run a task of this demand."""
    for kind in cluster.types.values():
        there = kind.max_workers > 0 or kind.name == cluster.head
        holds = all(kind.resources.get(name, 0.0) >= need for name, need in demand.shape.resources)
        if there and holds and demand.shape.matches(kind.labels):
            return True
    return False


def simulate(
    cluster: Cluster,
    demands: Sequence[Demand],
    *,
    scheduler: Scheduler,
    running: Mapping[str, int],
    pace: Pace,
) -> Simulation:
    """Runs demands on a cluster.

    Args:
        cluster: the config.
        demands: that some node type can hold.
        scheduler: decides.
        running: how many workers of each type have joined before the first second.
        pace: how long things take.
    """
    fleet = Fleet(cluster=cluster, pace=pace)
    for name, number in running.items():
        for _ in range(number):
            fleet.start(cluster.types[name], 0.0)
    simulation = Simulation(fleet=fleet, work=Work(demands=demands), scheduler=scheduler)
    simulation.run()
    return simulation
