"""The forecast: what a cluster does for a demand, and what that costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cluster.planning.forecast.bill import bill
from cluster.planning.forecast.counted import Counted
from cluster.planning.forecast.decision import Scheduler
from cluster.planning.forecast.demand import Demand
from cluster.planning.forecast.fleet import Fleet, Node
from cluster.planning.forecast.nodes import Cluster
from cluster.planning.forecast.pace import Pace
from cluster.planning.forecast.simulate import placeable, simulate
from cluster.planning.forecast.timeline import JOINED, Step, Wave, steps, waves
from cluster.prices.price import Prices
from errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Infeasible:
    """Tasks that never run.

    Attributes:
        demand: what was asked for.
        tasks: how many of them.
        reason: why, and what to do about it.
    """

    demand: str
    tasks: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What a cluster does for a demand; times in seconds from its submission, money in dollars.

    Attributes:
        node_types: that the cluster has, the head's first.
        demands: what was asked for, in words.
        tasks: how many there are.
        tasks_done: how many of them ran.
        infeasible: those that never do.
        timeline: how many nodes there were when.
        waves: which nodes were asked for when.
        pending: from which second on how many tasks waited.
        done_s: the last task is done.
        idle_s: the last node that idled for too long is gone.
        node_hours: billed hours by node type, the head's among them, until both have come.
        usd_on_demand: what they cost if all nodes are on demand; None if a price is not known.
        usd_spot: the same as the config has it, spot nodes at the spot price.
        peak_nodes: as many had joined at once, with the head.
        boot_s: seconds that a node was taken to need, without Ray's rounds.
    """

    node_types: tuple[str, ...]
    demands: tuple[str, ...]
    tasks: int
    tasks_done: int
    infeasible: tuple[Infeasible, ...]
    timeline: tuple[Step, ...]
    waves: tuple[Wave, ...]
    pending: tuple[tuple[float, int], ...]
    done_s: float
    idle_s: float
    node_hours: Mapping[str, float]
    usd_on_demand: float | None
    usd_spot: float | None
    peak_nodes: int
    boot_s: float

    def waiting(self, second: float) -> int:
        """How many tasks wait then."""
        return next((tasks for time, tasks in reversed(self.pending) if time <= second), 0)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def forecast(
    cluster: Cluster,
    demands: Sequence[Demand],
    prices: Prices,
    *,
    running: Mapping[str, int] | None = None,
    pace: Pace | None = None,
    scheduler: Scheduler | None = None,
) -> Forecast:
    """What a cluster does for demands, and what that costs.

    Args:
        cluster: the config.
        demands: what is asked of it.
        prices: of its instance types.
        running: how many workers of each type are there before; `min_workers` if not said.
        pace: how long things take.
        scheduler: decides in each round; one that decides as Ray's does.

    Raises:
        UsageError: more workers are said to be running than there may be.
    """
    pace = pace or Pace()
    before = starting(cluster, running or {})
    possible = [at for at, demand in enumerate(demands) if placeable(cluster, demand)]
    ran = simulate(
        cluster,
        [demands[at] for at in possible],
        scheduler=scheduler or Counted(cluster),
        running=before,
        pace=pace,
    )
    left = {possible[at]: tasks for at, tasks in ran.work.waiting.items()}
    gone = max((node.ended for node in ran.fleet.nodes if node.ended is not None), default=ran.done)
    end = max(ran.done, gone)
    found = bill(ran.fleet.nodes, end, prices)
    timeline = steps(ran.fleet.nodes)
    return Forecast(
        node_types=tuple(dict.fromkeys((cluster.head, *cluster.types))),
        demands=tuple(map(str, demands)),
        tasks=sum(demand.tasks for demand in demands),
        tasks_done=sum(ran.work.done),
        infeasible=tuple(_infeasible(demands, possible, left)),
        timeline=timeline,
        waves=waves(_later(ran.fleet, before), pace.round),
        pending=tuple(ran.pending),
        done_s=ran.done,
        idle_s=gone,
        node_hours=found.node_hours,
        usd_on_demand=found.usd_on_demand,
        usd_spot=found.usd_spot,
        peak_nodes=_peak(timeline),
        boot_s=pace.boot,
    )


def starting(cluster: Cluster, running: Mapping[str, int]) -> dict[str, int]:
    """How many workers of each type there are at the start.

    Raises:
        UsageError: they are more than there may be, or of a type that has none.
    """
    for name, count in running.items():
        if name not in cluster.types or cluster.types[name].max_workers < count:
            known = ", ".join(f"{kind.name} up to {kind.max_workers}" for kind in cluster.workers)
            raise UsageError(f"{count} of '{name}' cannot be running: the config allows {known}")
    counts = {name: running.get(name, kind.min_workers) for name, kind in cluster.types.items()}
    # Ray fills up to the minima at once, and may then not have to take nodes away again.
    soon = sum(max(count, cluster.types[name].min_workers) for name, count in counts.items())
    if soon > cluster.max_workers:
        raise UsageError(
            f"{soon} workers, those said to be running and what min_workers adds, are more than "
            f"max_workers, {cluster.max_workers}"
        )
    return counts


def _later(fleet: Fleet, before: Mapping[str, int]) -> list[Node]:
    """The nodes that were not there at the start."""
    return fleet.nodes[1 + sum(before.values()) :]


def _infeasible(
    demands: Sequence[Demand], possible: Sequence[int], left: Mapping[int, int]
) -> Iterator[Infeasible]:
    """The demands that nothing holds, and those that were left when nothing moved any more."""
    for at, demand in enumerate(demands):
        if at not in possible:
            reason = f"no node type holds {demand.shape}: add one that does, or ask for less"
            yield Infeasible(demand=str(demand), tasks=demand.tasks, reason=reason)
        elif at in left:
            reason = (
                f"max_workers never leaves room for a node that holds {demand.shape}: raise it, "
                "or lower the min_workers of other node types"
            )
            yield Infeasible(demand=str(demand), tasks=left[at], reason=reason)


def _peak(timeline: Sequence[Step]) -> int:
    joined: dict[str, int] = {}
    most = 0
    for at, step in enumerate(timeline):
        if step.state == JOINED:
            joined[step.node_type] = step.count
        # Changes of one second are one.
        if at + 1 == len(timeline) or timeline[at + 1].time != step.time:
            most = max(most, sum(joined.values()))
    return most
