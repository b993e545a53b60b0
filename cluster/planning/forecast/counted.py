"""The same decisions as Ray's scheduler, from counts of what is alike.

Nodes of a type that are on their way are alike, and so are tasks of a shape: `chooser` lets Ray
fill one of each. Three more things are known of a cluster in which no task waits that a running
node has room for, as it is here: running nodes take no part in placing tasks, a cluster that may
not grow needs no placing, and whatever idled for too long is not needed. Tests hold every decision
against `plain`.
"""

from __future__ import annotations

from cluster.planning.forecast.chooser import Chooser, Tasks
from cluster.planning.forecast.decision import Decision, Waiting
from cluster.planning.forecast.fleet import Fleet, idle_ms
from cluster.planning.forecast.nodes import Cluster


class Counted:
    """Decides like `Plain`, in time that hardly grows with the cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._chooser = Chooser(cluster)

    def decide(self, fleet: Fleet, waiting: Waiting, now: float) -> Decision:
        """What Ray wants."""
        missing = {
            name: kind.min_workers - fleet.count(name)
            for name, kind in self._cluster.types.items()
            if kind.min_workers > fleet.count(name)
        }
        launch = self._launch(fleet, waiting, missing)
        return Decision(launch=launch, stop=self._expired(fleet, launch, now))

    def _launch(self, fleet: Fleet, waiting: Waiting, missing: dict[str, int]) -> dict[str, int]:
        """How many nodes of each type to add, in the order that Ray comes to them."""
        most = self._cluster.max_workers + 1  # with the head node
        total = sum(map(fleet.count, self._cluster.types)) + sum(missing.values())
        room = {
            name: kind.max_workers + (name == self._cluster.head) - fleet.count(name)
            for name, kind in self._cluster.types.items()
        }
        for name, count in missing.items():
            room[name] -= count
        room = {name: count for name, count in room.items() if count > 0}
        grows = room and total < most
        # With no new node to add, placing tasks still says in which order Ray comes to those that
        # are missing.
        if not waiting or not (grows or missing):
            return missing
        tasks = Tasks(waiting)
        coming = {
            name: count
            for name in self._order(fleet, missing)
            if (count := fleet.pending(name) + missing.get(name, 0))
        }
        filled = self._chooser.fill_existing(tasks, coming)
        launch = {name: missing[name] for name in [*filled, *coming] if name in missing}
        for name, count in self._chooser.fill_new(tasks, room, most - total).items():
            launch[name] = launch.get(name, 0) + count
        return launch

    def _order(self, fleet: Fleet, missing: dict[str, int]) -> list[str]:
        """The types as Ray lists its nodes: those of missing ones, then by their first node."""
        there = [name for name in self._cluster.types if fleet.count(name)]
        there.sort(key=lambda name: next(iter(fleet.alive[name])))
        return list(dict.fromkeys([*missing, *there]))

    def _expired(self, fleet: Fleet, launch: dict[str, int], now: float) -> list[int]:
        """The nodes to give back: those idle longest first, and none that the minimum needs."""
        nodes = sorted(fleet.expired(now), key=lambda node: (-idle_ms(node, now), node.number))
        spare = {
            name: fleet.count(name) + launch.get(name, 0) - kind.min_workers
            for name, kind in self._cluster.types.items()
        }
        stop: list[int] = []
        for node in nodes:
            if spare[node.kind.name] > 0:
                spare[node.kind.name] -= 1
                stop.append(node.number)
        return stop
