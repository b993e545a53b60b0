"""A run that was cut off when its head node ended, and the run that went on with it, as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from commands.drilling.facts import Count, Facts, Machine, NodeLife


def as_one(broken: Facts, resumed: Facts, ended: float) -> Facts:
    """Both runs on one line of time.

    Args:
        broken: the run that was cut off.
        resumed: the one that went on, on another head node with a clock that is as good as the
            same.
        ended: when the first head node ended.
    """
    nodes = {one.node: _until(one, ended) for one in broken.nodes.values()}
    # Nothing was under way between the one and the other.
    counts = [one for one in broken.counts if one.at < ended]
    return replace(
        resumed,
        title="the head node terminated, and the cluster launched again",
        begin=broken.begin,
        seconds=resumed.end - broken.begin,
        nodes={**nodes, **resumed.nodes},
        attempts=[*broken.attempts, *resumed.attempts],
        machines={one.number: one for one in _machines(broken, resumed)},
        counts=[*counts, Count(ended, 0, 0, 0, 0), *resumed.counts],
        marks=[*broken.marks, *resumed.marks],
    )


def done_twice(broken: Facts, resumed: Facts, ended: float) -> float:
    """The task-seconds of the first run that the second one spent again."""
    again = {one.task for one in resumed.attempts}
    return sum(
        max(0.0, (ended if one.ended is None else one.ended) - one.started)
        for one in broken.attempts
        if one.task in again
    )


def _until(life: NodeLife, ended: float) -> NodeLife:
    """A node of Ray's is none without its head."""
    if life.left is not None:
        return life
    return replace(life, left=ended, reason="its head node ended")


def _machines(broken: Facts, resumed: Facts) -> Iterator[Machine]:
    """The instances, each from the time when it was seen first."""
    yield from (one for one in broken.machines.values() if one.number not in resumed.machines)
    for one in resumed.machines.values():
        before = broken.machines.get(one.number, one)
        yield replace(one, asked=before.asked)
