"""Writing facts down as they come: lines of the job, looks at EC2, and what the drill does."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cluster.aws.instances import ALIVE, Ec2Instance
from commands.drilling.facts import Attempt, Count, Facts, Machine, Mark, NodeLife
from workloads.drills import saying

ENDING = ("shutting-down", "terminated", "stopping", "stopped")
LIVING = tuple(state for state in ALIVE if state not in ENDING)
# What a job says in the end; of files it says all.
SUMMED = ("tasks", "done", "right", "seconds", "written", "digest")


class Recorder:
    """The facts of a run so far.

    All times are by the head node's clock. What happens on this machine is written down by its own,
    and put on the head's when it is asked for. On EC2 the difference is the least that there was
    between a line's time and its coming here: that is too much by the least time that a line took,
    and lines come about once a second.

    Args:
        title: of the run.
        one_clock: the head node is on this machine, as in the rehearsal.
    """

    def __init__(self, title: str, *, one_clock: bool = False) -> None:
        self._ahead = 0.0 if one_clock else float("inf")
        self._nodes: dict[str, NodeLife] = {}
        self._attempts: dict[tuple[int, int], Attempt] = {}
        self._counts: list[Count] = []
        self._marks: list[Mark] = []
        # By this machine's clock.
        self._machines: dict[str, Machine] = {}
        self._own_marks: list[Mark] = []
        self._one_clock = one_clock
        self._facts = Facts(title=title, begin=0.0, end=0.0)

    @property
    def now(self) -> float:
        """The time by the head node's clock."""
        return self._on_head(time.time())

    def _on_head(self, at: float) -> float:
        # A clock that is a second off is rather the delay of the line than another clock.
        return at - (self._ahead if 1 < abs(self._ahead) < float("inf") else 0.0)

    @property
    def facts(self) -> Facts:
        """What is known now."""
        own = [replace(one, at=self._on_head(one.at)) for one in self._own_marks]
        return replace(
            self._facts,
            nodes=dict(self._nodes),
            attempts=list(self._attempts.values()),
            machines={number: self._seen(one) for number, one in self._machines.items()},
            counts=list(self._counts),
            marks=sorted([*self._marks, *own], key=lambda one: one.at),
        )

    def _seen(self, machine: Machine) -> Machine:
        ended = None if machine.ended is None else self._on_head(machine.ended)
        return replace(machine, asked=self._on_head(machine.asked), ended=ended)

    def mark(self, what: str, node: str = "") -> None:
        """Takes down what the drill does, now."""
        self._own_marks.append(Mark(time.time(), what, node))

    def machines(self, seen: Iterable[Ec2Instance]) -> None:
        """Takes in a look at EC2: all of the cluster's instances, ended ones among them."""
        now, there = time.time(), set()
        for one in seen:
            there.add(one.number)
            if not one.head and one.state in LIVING and one.number not in self._machines:
                self._machines[one.number] = Machine(
                    number=one.number,
                    address=one.address,
                    node_type=one.node_type,
                    instance_type=one.instance_type,
                    market=one.market,
                    asked=now,
                )
            if one.state in ENDING:
                self._end(one.number, now)
            elif one.number in self._machines:
                # The address may come later than the instance.
                known = self._machines[one.number]
                self._machines[one.number] = replace(known, address=one.address or known.address)
        for number in self._machines.keys() - there:
            self._end(number, now)

    def _end(self, number: str, now: float) -> None:
        known = self._machines.get(number)
        if known and known.ended is None:
            self._machines[number] = replace(known, ended=now)

    def line(self, told: Mapping[str, Any]) -> None:
        """Takes in a line of the job."""
        if not self._one_clock:
            self._ahead = min(self._ahead, time.time() - told["at"])
        what, at = told["what"], told["at"]
        self._facts = replace(self._facts, end=at, begin=self._facts.begin or at)
        if what in (saying.JOINED, saying.DRAINING, saying.LEFT):
            self._node(what, at, told)
        elif what in (saying.STARTED, saying.ENDED):
            self._attempt(what, at, told)
        elif what == saying.COUNT:
            numbers = (told[name] for name in ("waiting", "running", "done", "workers"))
            self._counts.append(Count(at, *numbers))
        elif what == saying.SUMMARY:
            kept = {name: told[name] for name in SUMMED if name in told}
            self._facts = replace(self._facts, **kept)
        elif what == saying.WATCHER:
            self._marks.append(Mark(at, saying.WATCHER, told["node"]))
        elif what == saying.INFEASIBLE:
            named = told["after"] if told["named"] else None
            self._facts = replace(self._facts, named_s=named)

    def _node(self, what: str, at: float, told: Mapping[str, Any]) -> None:
        number = told["node"]
        if what == saying.JOINED:
            self._nodes[number] = NodeLife(
                node=number,
                address=told["address"],
                cpus=told["cpus"],
                labels=told["labels"],
                joined=at,
            )
        elif what == saying.DRAINING:
            self._nodes[number] = replace(self._nodes[number], draining=at)
        else:
            self._nodes[number] = replace(self._nodes[number], left=at, reason=told["reason"])

    def _attempt(self, what: str, at: float, told: Mapping[str, Any]) -> None:
        key = (told["task"], told["attempt"])
        if what == saying.STARTED:
            self._attempts[key] = Attempt(
                task=told["task"], number=told["attempt"], node=told["node"], started=at
            )
        else:
            self._attempts[key] = replace(self._attempts[key], ended=at)
