"""Runs of drills for tests, told in a few words."""

from __future__ import annotations

from collections.abc import Sequence

from commands.drilling.facts import Attempt, Count, Facts, Machine, Mark, NodeLife

BEGIN = 1000.0


def node(
    name: str,
    *,
    joined: float = 0.0,
    draining: float | None = None,
    left: float | None = None,
    kind: str = "intel",
) -> NodeLife:
    """A node, with times in seconds from the begin; its name is its address too."""
    return NodeLife(
        node=name,
        address=name,
        cpus=2,
        labels={"ray-subcluster": kind},
        joined=BEGIN + joined,
        draining=None if draining is None else BEGIN + draining,
        left=None if left is None else BEGIN + left,
    )


def machine(
    address: str,
    *,
    asked: float = 0.0,
    ended: float | None = None,
    market: str = "spot",
    number: str = "",
) -> Machine:
    """An instance at an address, which is its id too if no other is given."""
    return Machine(
        number=number or f"i-{address}",
        address=address,
        node_type="intel",
        instance_type="r7i.2xlarge",
        market=market,
        asked=BEGIN + asked,
        ended=None if ended is None else BEGIN + ended,
    )


def attempt(
    task: int, on: str, started: float, ended: float | None = None, number: int = 0
) -> Attempt:
    """An attempt; one that has no end was lost."""
    return Attempt(
        task=task,
        number=number,
        node=on,
        started=BEGIN + started,
        ended=None if ended is None else BEGIN + ended,
    )


def mark(what: str, at: float, on: str = "") -> Mark:
    return Mark(BEGIN + at, what, on)


def count(at: float, workers: int) -> Count:
    return Count(BEGIN + at, 0, 0, 0, workers)


def facts(
    *,
    nodes: Sequence[NodeLife] = (),
    machines: Sequence[Machine] = (),
    attempts: Sequence[Attempt] = (),
    marks: Sequence[Mark] = (),
    counts: Sequence[Count] = (),
    tasks: int = 2,
    done: int = 2,
    right: bool = True,
    seconds: float = 10.0,
    end: float = 100.0,
    named: float | None = None,
) -> Facts:
    """A run; its tasks are all done if nothing else is said."""
    return Facts(
        title="a run",
        begin=BEGIN,
        end=BEGIN + end,
        tasks=tasks,
        done=done,
        right=right,
        seconds=seconds,
        nodes={one.node: one for one in nodes},
        machines={one.number: one for one in machines},
        attempts=attempts,
        marks=marks,
        counts=counts,
        named_s=named,
    )
