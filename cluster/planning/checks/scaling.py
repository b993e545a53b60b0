"""How many nodes there may be, how fast they come, and when they go."""

from __future__ import annotations

from collections.abc import Iterator

from cluster.planning.checks.cluster import DEFAULT_MAX_WORKERS, NODE_TYPES, Cluster
from cluster.planning.checks.registry import Problem, finds
from cluster.planning.checks.values import number, whole
from cluster.planning.source import Key

LONG_IDLE_MINUTES = 30


@finds(
    "max-workers-missing",
    "warning",
    "max_workers is missing",
    why=f"Ray's default is {DEFAULT_MAX_WORKERS} workers in all, whatever the node types say",
)
def missing(cluster: Cluster) -> Iterator[Problem]:
    """A cluster that stays at two workers."""
    if "max_workers" not in cluster.config and cluster.workers:
        most = sum(whole(one.config.get("max_workers")) or 0 for one in cluster.workers)
        yield Problem(
            keys=(NODE_TYPES,),
            what="max_workers is missing at the top",
            remedy=f"write max_workers: {most or 10} at the top",
        )


@finds(
    "min-workers-sum",
    "error",
    "max_workers is below the sum of all min_workers",
    why="ray up refuses the config",
)
def least(cluster: Cluster) -> Iterator[Problem]:
    """More nodes from the start than there may be."""
    sum_min = sum(one.min_workers for one in cluster.types)
    if cluster.max_workers is not None and sum_min > cluster.max_workers:
        yield Problem(
            keys=("max_workers",),
            what=f"min_workers are {sum_min} in all, and max_workers is {cluster.max_workers}",
            remedy=f"write max_workers: {sum_min} or more at the top",
        )


@finds(
    "min-above-max",
    "error",
    "min_workers of a node type is above its max_workers, or below 0",
    why="Ray's autoscaler ends with an AssertionError on the head, and no worker is ever launched",
)
def crossed(cluster: Cluster) -> Iterator[Problem]:
    """Bounds that cross."""
    for one in cluster.types:
        limit = cluster.limit(one)
        # The head itself counts as one of its type.
        above = limit is not None and one.min_workers > limit + int(one.head)
        if "max_workers" in one.config and (above or one.min_workers < 0):
            yield Problem(
                keys=one.keys("min_workers"),
                what=f"{one.name} has min_workers: {one.min_workers} and max_workers: {limit}",
                remedy="write a max_workers that is not below min_workers, and none below 0",
            )


@finds(
    "type-max-unreachable",
    "warning",
    "max_workers of a node type is above max_workers of the cluster",
    why="there are never more workers, of all types together, than max_workers at the top",
)
def unreachable(cluster: Cluster) -> Iterator[Problem]:
    """Types that never become as many as they may."""
    most = cluster.max_workers
    if most is None or "max_workers" not in cluster.config:
        return
    for one in cluster.workers:
        limit = cluster.limit(one)
        if limit is not None and limit > most:
            yield Problem(
                keys=one.keys("max_workers"),
                what=f"{one.name} may have {limit} workers, and the cluster {most}",
                remedy=f"write max_workers: {limit} or more at the top, or {most} or fewer here",
            )


@finds(
    "max-workers-unreachable",
    "warning",
    "max_workers is above what all node types may have together",
    why="the cluster never gets as large: each type stops at its own max_workers",
)
def beyond(cluster: Cluster) -> Iterator[Problem]:
    """A cluster that never becomes as large as it may."""
    most = cluster.max_workers
    limits = [cluster.limit(one) for one in cluster.types]
    if most is None or not limits or None in limits or "max_workers" not in cluster.config:
        return
    together = sum(limit for limit in limits if limit is not None)
    if together < most:
        yield Problem(
            keys=("max_workers",),
            what=f"max_workers is {most}, and the node types may have {together} together",
            remedy=f"write max_workers: {together}, or raise that of a node type",
        )


@finds(
    "head-type-workers",
    "warning",
    "Workers may be of the head's type",
    why="they have what the head has: its rights, its security group and no CPUs for tasks",
)
def of_head(cluster: Cluster) -> Iterator[Problem]:
    """Workers that are heads in all but name."""
    head = cluster.head
    if head and cluster.workers and (cluster.limit(head) or 0) > 0:
        yield Problem(
            keys=head.keys("max_workers"),
            what=f"{head.name}, the type of the head, has max_workers: {cluster.limit(head)}",
            remedy="write max_workers: 0 in it",
        )


@finds(
    "upscaling-speed",
    "warning",
    "upscaling_speed is 0",
    why="Ray then asks for one node of a type at a time, and for the next when it runs",
)
def speed(cluster: Cluster) -> Iterator[Problem]:
    """A cluster that grows one by one."""
    if number(cluster.config.get("upscaling_speed")) == 0 and (cluster.max_workers or 0) > 1:
        yield Problem(
            keys=("upscaling_speed",),
            what="upscaling_speed is 0",
            remedy="write 1 to double at each step, which is Ray's default, or more",
        )


@finds(
    "idle-timeout",
    "warning",
    f"idle_timeout_minutes is 0, or above {LONG_IDLE_MINUTES}",
    why="each idle node is paid for until then",
)
def idle(cluster: Cluster) -> Iterator[Problem]:
    """Nodes that go too soon, or too late."""
    said: list[tuple[tuple[Key, ...], float | None, int]] = [
        (("idle_timeout_minutes",), number(cluster.config.get("idle_timeout_minutes")), 1)
    ]
    said += [
        (one.keys("idle_timeout_s"), number(one.config.get("idle_timeout_s")), 60)
        for one in cluster.workers
    ]
    for keys, value, per_minute in said:
        if value == 0:
            yield Problem(
                keys=keys,
                what=f"{keys[-1]} is 0",
                remedy="write a few minutes, more than a launch takes",
                why="a node goes as soon as it has no task, and the next task waits for another",
            )
        elif value is not None and value > LONG_IDLE_MINUTES * per_minute:
            yield Problem(
                keys=keys,
                what=f"{keys[-1]} is {value:g}",
                remedy="write 5 to 10 minutes",
            )


@finds(
    "idle-timeout-missing",
    "note",
    "idle_timeout_minutes is missing",
    why="Ray's default is 5 minutes; a provider that is not Ray's own has none, and its nodes stay",
)
def no_idle(cluster: Cluster) -> Iterator[Problem]:
    """A default that decides what is paid, where nodes come and go."""
    fixed = all(cluster.limit(one) == one.min_workers for one in cluster.workers)
    if "idle_timeout_minutes" not in cluster.config and not fixed:
        yield Problem(
            keys=(),
            what="idle_timeout_minutes is missing",
            remedy="write idle_timeout_minutes: 5",
            level="warning" if cluster.external else None,
        )
