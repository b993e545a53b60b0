"""What the autoscaler is asked in a round, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cluster.planning.forecast.demand import Shape
from cluster.planning.forecast.fleet import Fleet

# Tasks that wait, by what they need. Ray's GCS reports them like this, however many there are; the
# limit of 1000 (AUTOSCALER_MAX_RESOURCE_DEMAND_VECTOR_SIZE) is of the autoscaler before v2.
Waiting = Sequence[tuple[Shape, int]]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What the autoscaler wants.

    Attributes:
        launch: how many nodes of each type to add.
        stop: the numbers of the nodes to give back, in any order.
    """

    launch: Mapping[str, int]
    stop: Sequence[int]


class Scheduler(Protocol):
    """Who decides."""

    def decide(self, fleet: Fleet, waiting: Waiting, now: float) -> Decision:
        """What to do about the nodes that there are and the tasks that wait."""
