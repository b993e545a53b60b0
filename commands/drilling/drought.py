"""Spot capacity that dries up and returns, and what EC2 was asked for meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from cluster.node.fleet.wish import ON_DEMAND, SPOT
from cluster.rehearsal import events as words
from cluster.rehearsal.events import Event
from commands.drilling.facts import Facts, Mark
from commands.drilling.stage import Stage
from errors import UsageError

CAPACITY = "capacity"
REFUSED = "spot refused"
ASKED = {SPOT: "spot asked for", ON_DEMAND: "on-demand asked for"}


@contextmanager
def drought(stage: Stage, instance_types: Sequence[str]) -> Iterator[Callable[[], None]]:
    """Spot of these types has no capacity, until what it gives is called or the context ends.

    What else goes wrong on request goes on.

    Raises:
        UsageError: there is none already.
        ServiceError: what emulates EC2 does not answer.
    """
    _check(stage, instance_types)
    dry: list[str] = []

    def end() -> None:
        while dry:
            stage.ask("faults/end", kind=CAPACITY, market=SPOT, instance_type=dry[-1])
            dry.pop()

    try:
        for one in instance_types:
            # First, so that Ctrl-C in between leaves none at work.
            dry.append(one)
            stage.ask("faults/add", kind=CAPACITY, market=SPOT, instance_type=one)
        yield end
    finally:
        end()


def _check(stage: Stage, instance_types: Sequence[str]) -> None:
    """Sees that capacity could return.

    Raises:
        UsageError: it could not, as somebody else took it away.
    """
    for one in stage.ask("faults"):
        concerned = one["instance_type"] in ("", *instance_types) and one["market"] in ("", SPOT)
        if one["kind"] == CAPACITY and concerned:
            raise UsageError(
                "spot has no capacity already, on request: ./invoke rehearsal.fault list shows it, "
                "./invoke rehearsal.clear ends it"
            )


def requests(happened: Sequence[Event], node_type: str, begin: float, end: float) -> list[Mark]:
    """What EC2 refused and granted to a node type within a time, a mark for each pool."""
    found = []
    for one in happened:
        if one.details.get("node_type") != node_type or not begin <= one.at <= end:
            continue
        market = one.details.get("market", "")
        if one.what == words.REFUSED and market == SPOT:
            found.append(Mark(one.at, REFUSED))
        elif one.what == words.ASKED and market in ASKED:
            found.append(Mark(one.at, ASKED[market]))
    return found


def with_requests(facts: Facts, happened: Sequence[Event], node_type: str) -> Facts:
    """The facts of a run, and among its marks what EC2 was asked for meanwhile."""
    asked = requests(happened, node_type, facts.begin, facts.end)
    return replace(facts, marks=sorted([*facts.marks, *asked], key=lambda one: one.at))
