"""Which node Ray fills next with waiting tasks, and with how many.

Ray takes one node after the other, the one that suits best first, and puts on it what it holds. So
it is enough to let Ray choose and fill one node (its `_sched_best_node`) for each situation that
differs: which types there are to choose from, and how many tasks of each shape wait, up to as many
as a node could hold.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from ray.autoscaler.v2.scheduler import (
    ResourceDemandScheduler,
    ResourceRequestSource,
    SchedulingNode,
    SchedulingNodeStatus,
)

from cluster.planning.forecast.decision import Waiting
from cluster.planning.forecast.demand import UNITS, Shape
from cluster.planning.forecast.nodes import Cluster
from cluster.planning.forecast.ray_types import NodeKind, node_type_configs, request

DEMAND = ResourceRequestSource.PENDING_DEMAND
# The types to choose from, in Ray's order, and the waiting tasks of each shape, as far as they
# matter.
Situation = tuple[tuple[str, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Choice:
    """The node that Ray fills next: its place among the types, and its tasks of each shape."""

    place: int
    takes: tuple[int, ...]


class Tasks:
    """The tasks that wait, in the order in which Ray takes them."""

    def __init__(self, waiting: Waiting) -> None:
        ordered = sorted(waiting, key=lambda pair: _sort_key(pair[0]), reverse=True)
        self.shapes = tuple(shape for shape, _ in ordered)
        self.counts = [count for _, count in ordered]

    def take(self, choice: Choice, times: int) -> None:
        """Puts them on nodes."""
        for at, taken in enumerate(choice.takes):
            self.counts[at] -= taken * times


class Chooser:
    """Fills nodes with tasks as Ray would, and remembers how."""

    def __init__(self, cluster: Cluster) -> None:
        self._empty = {
            name: SchedulingNode.from_node_config(
                config, SchedulingNodeStatus.TO_LAUNCH, NodeKind.WORKER
            )
            for name, config in node_type_configs(cluster).items()
        }
        self._requests: dict[Shape, Any] = {}
        self._most: dict[Shape, int] = {}
        self._known: dict[tuple[tuple[Shape, ...], Situation], Choice | None] = {}

    def fill_existing(self, tasks: Tasks, coming: dict[str, int]) -> list[str]:
        """Fills nodes that are on their way; gives the types in the order they were filled.

        Args:
            tasks: that wait; those that found a place are taken off.
            coming: how many nodes of each type, in Ray's order.
        """
        left = dict(coming)
        filled: dict[str, None] = {}
        while left and any(tasks.counts):
            choice = self._choose(tasks, tuple(left))
            if choice is None:
                break
            name = list(left)[choice.place]
            times = min(left[name], self._alike(tasks, choice))
            tasks.take(choice, times)
            filled[name] = None
            left[name] -= times
            if not left[name]:
                del left[name]
        return list(filled)

    def fill_new(self, tasks: Tasks, room: dict[str, int], most: int) -> dict[str, int]:
        """Adds nodes for what is left; gives how many of each type, in Ray's order.

        Args:
            tasks: that still wait; those that found a place are taken off.
            room: how many of each type there may be.
            most: how many there may be of all.
        """
        left, pool = dict(room), list(room)
        added: dict[str, int] = {}
        while pool and any(tasks.counts) and most > 0:
            choice = self._choose(tasks, tuple(pool))
            if choice is None:
                break
            name = pool.pop(choice.place)
            # Another of the type goes to the end, so that with several types the order changes.
            times = 1 if pool else min(left[name], most, self._alike(tasks, choice))
            tasks.take(choice, times)
            added[name] = added.get(name, 0) + times
            left[name] -= times
            most -= times
            if left[name]:
                pool.append(name)
        return added

    def _choose(self, tasks: Tasks, names: tuple[str, ...]) -> Choice | None:
        """What Ray chooses in this situation."""
        most = [self._most_of(shape) for shape in tasks.shapes]
        counts = tuple(map(min, tasks.counts, most))
        key = (tasks.shapes, (names, counts))
        if key not in self._known:
            self._known[key] = self._ask(tasks.shapes, names, counts)
        return self._known[key]

    def _ask(
        self, shapes: tuple[Shape, ...], names: tuple[str, ...], counts: tuple[int, ...]
    ) -> Choice | None:
        requests = [self._request(shape) for shape in shapes]
        wanted = [one for one, count in zip(requests, counts, strict=True) for _ in range(count)]
        keys = {id(one): one.SerializeToString(deterministic=True) for one in requests}
        nodes = [self._empty[name] for name in names]
        best, remaining, _ = ResourceDemandScheduler._sched_best_node(
            wanted, list(nodes), DEMAND, {}, {}, keys
        )
        if best is None:
            return None
        left = Counter(map(id, remaining))
        takes = tuple(count - left[id(one)] for one, count in zip(requests, counts, strict=True))
        return Choice(names.index(best.node_type), takes)

    def _alike(self, tasks: Tasks, choice: Choice) -> int:
        """How many times over the situation stays the same, this time included."""
        times = [
            1 + (count - self._most_of(shape)) // taken if count >= self._most_of(shape) else 1
            for shape, count, taken in zip(tasks.shapes, tasks.counts, choice.takes, strict=True)
            if taken
        ]
        return min(times)

    def _most_of(self, shape: Shape) -> int:
        """More tasks of a shape than any node can hold; from there on, more make no difference."""
        if shape not in self._most:
            self._most[shape] = 1 + max(
                shape.count_in(
                    {key: round(has * UNITS) for key, has in node.total_resources.items()}
                )
                for node in self._empty.values()
            )
        return self._most[shape]

    def _request(self, shape: Shape) -> Any:
        """One and the same for a shape, as Ray has it."""
        return self._requests.setdefault(shape, request(shape))


def _sort_key(shape: Shape) -> tuple[object, ...]:
    """Ray's order of requests, as in its `_try_schedule`: the highest come first."""
    amounts = dict(shape.resources)
    return (0, len(shape.labels), len(amounts), sum(amounts.values()), sorted(amounts.items()))
