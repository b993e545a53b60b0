"""What became of each instance of a rehearsal, and how long its steps took."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from cluster.instances import instance
from cluster.rehearsal import events as words
from cluster.rehearsal.events import Event


@dataclass
class Life:
    """An instance, with the times of what happened to it first; nan for what has not.

    Times are seconds since 1970.

    Attributes:
        number: its id.
        node_type: as the cluster config names it.
        instance_type: `c7i.4xlarge`.
        market: `spot` or `on-demand`.
        zone: that it was asked for in.
        asked: RunInstances was called.
        running: its container was started.
        ssh: it let one log in.
        set_up: Ray's launcher had done its last step.
        registered: Ray itself said that the node had joined.
        draining: Ray takes no more tasks to it.
        ended: somebody or EC2 ended it, or it was lost.
        gone: nothing is left of it.
        marks: notices and recommendations.
    """

    number: str
    node_type: str = ""
    instance_type: str = ""
    market: str = "on-demand"
    zone: str = ""
    asked: float = math.nan
    running: float = math.nan
    ssh: float = math.nan
    set_up: float = math.nan
    registered: float = math.nan
    draining: float = math.nan
    ended: float = math.nan
    gone: float = math.nan
    marks: list[Event] = field(default_factory=list)

    @property
    def joined(self) -> float:
        """When the node was part of the cluster: Ray's word, or else the launcher's."""
        return self.set_up if math.isnan(self.registered) else self.registered

    @property
    def arch(self) -> str:
        """`amd64` or `arm64`; empty where its type is not known."""
        return instance(self.instance_type).arch if self.instance_type else ""


# Which time it is, that an event tells.
TIMES = {
    words.RUNNING: "running",
    words.SSH: "ssh",
    words.SET_UP: "set_up",
    words.JOINED: "registered",
    words.DRAINING: "draining",
    words.TERMINATED: "ended",
    words.ENDED: "ended",
    words.LOST: "ended",
    words.GONE: "gone",
}


def lives(happened: Iterable[Event]) -> list[Life]:
    """The instances that events tell of, in the order in which they were asked for."""
    found: dict[str, Life] = {}
    for event in sorted(happened, key=lambda one: one.at):
        if event.what == words.ASKED:
            for number in filter(None, event.details.get("instances", "").split(",")):
                found[number] = _asked_for(number, event)
        elif event.instance:
            _happened(found.setdefault(event.instance, Life(event.instance)), event)
    return list(found.values())


def _asked_for(number: str, event: Event) -> Life:
    kept = ("node_type", "instance_type", "market", "zone")
    told = {name: event.details[name] for name in kept if name in event.details}
    return Life(number, asked=event.at, **told)  # type: ignore[arg-type]


def _happened(life: Life, event: Event) -> None:
    if event.what in (words.NOTICE, words.REBALANCE):
        life.marks.append(event)
    name = TIMES.get(event.what)
    # The first time: a launcher that is called again sets up again what has joined long ago.
    if name and math.isnan(getattr(life, name)):
        setattr(life, name, event.at)


@dataclass(frozen=True, kw_only=True)
class Steps:
    """Seconds between the steps of a boot; nan for a step that was not reached.

    Attributes:
        running: from RunInstances until the instance runs.
        ssh: from there until it lets one log in.
        joined: from there until the node is part of the cluster.
        total: from RunInstances until the node is part of the cluster.
    """

    running: float
    ssh: float
    joined: float
    total: float


def steps(life: Life) -> Steps:
    """How long the steps of an instance's boot took."""
    return Steps(
        running=life.running - life.asked,
        ssh=life.ssh - life.running,
        joined=life.joined - life.ssh,
        total=life.joined - life.asked,
    )


def medians(of: Sequence[Life]) -> Steps:
    """The median of each step, over those of the instances that reached it; nan where none did."""
    taken = [steps(life) for life in of]
    return Steps(
        running=_median(one.running for one in taken),
        ssh=_median(one.ssh for one in taken),
        joined=_median(one.joined for one in taken),
        total=_median(one.total for one in taken),
    )


def _median(values: Iterable[float]) -> float:
    reached = [value for value in values if not math.isnan(value)]
    return median(reached) if reached else math.nan
