"""The nodes of the cluster as Ray has them, again and again: which join, drain and leave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workloads.drills.saying import DRAINING, JOINED, LEFT

HEAD = "node:__internal_head__"


@dataclass(frozen=True)
class Seen:
    """A node, as it was at a look.

    Attributes:
        address: its private one.
        head: whether it is the head node.
        alive: whether Ray takes it for alive.
        cpus: for tasks.
        labels: its own.
        reason: why it left; empty while it has not.
    """

    address: str
    head: bool
    alive: bool
    cpus: float
    labels: Mapping[str, str]
    reason: str = ""


@dataclass
class Nodes:
    """What was seen of them so far.

    Attributes:
        alive: those that live and are no head, by their ids.
        draining: the ids of those that are to end.
    """

    alive: dict[str, Seen] = field(default_factory=dict)
    draining: set[str] = field(default_factory=set)
    _gone: set[str] = field(default_factory=set)

    def look(
        self, there: Mapping[str, Seen], draining: Mapping[str, int]
    ) -> Iterator[tuple[str, str, Seen]]:
        """What has changed since the last look: a word, a node's id, and the node.

        Args:
            there: the nodes that Ray knows of, dead ones among them, by their ids.
            draining: those that are to end, by their ids.
        """
        for number, seen in there.items():
            if seen.head or number in self._gone:
                continue
            if seen.alive and number not in self.alive:
                self.alive[number] = seen
                yield JOINED, number, seen
            if seen.alive and number in draining and number not in self.draining:
                self.draining.add(number)
                yield DRAINING, number, seen
            if not seen.alive:
                known = self.alive.pop(number, None)
                self.draining.discard(number)
                self._gone.add(number)
                # One that left before this job began is none of its nodes.
                if known:
                    yield LEFT, number, seen

    @property
    def working(self) -> int:
        """How many workers take tasks."""
        return len(self.alive.keys() - self.draining)

    def working_with(self, labels: Mapping[str, str]) -> dict[str, Seen]:
        """Those that take tasks and have these labels, by their ids."""
        return {
            number: seen
            for number, seen in self.alive.items()
            if number not in self.draining and labels.items() <= seen.labels.items()
        }

    def cpus(self, labels: Mapping[str, str]) -> int:
        """The CPUs of those that take tasks and have these labels."""
        return int(sum(seen.cpus for seen in self.working_with(labels).values()))


def there() -> dict[str, Seen]:
    """The nodes that Ray knows of, by their ids."""
    import ray

    return {str(one["NodeID"]): _seen(one) for one in ray.nodes()}  # type: ignore[no-untyped-call]


def _seen(told: Mapping[str, Any]) -> Seen:
    resources = told.get("Resources", {})
    return Seen(
        address=told["NodeManagerAddress"],
        head=HEAD in resources,
        alive=told["Alive"],
        cpus=resources.get("CPU", 0.0),
        labels=dict(told.get("Labels", {})),
        reason=str(told.get("DeathReasonMessage") or ""),
    )


def draining() -> dict[str, int]:
    """The ids of nodes that are to end, with the deadline in ms since 1970; 0 for none."""
    from ray._private.state import state

    return dict(state.get_draining_nodes())
