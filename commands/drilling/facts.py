"""What was seen in a run of a drill: nodes, attempts of tasks, instances, and what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A task that was begun on a node; times in seconds since 1970.

    Attributes:
        task: its number.
        number: which attempt of the task, from 0 on.
        node: the id of the node.
        started: when.
        ended: when; None where it was lost.
    """

    task: int
    number: int
    node: str
    started: float
    ended: float | None = None


@dataclass(frozen=True, kw_only=True)
class NodeLife:
    """A worker as Ray had it.

    Attributes:
        node: Ray's id of it.
        address: its private one.
        cpus: for tasks.
        labels: its own.
        joined: when it was seen first; before the run, for one that was there.
        draining: when Ray was seen to take no more tasks to it.
        left: when Ray was seen to have no such node any more.
        reason: why it left, as Ray says.
    """

    node: str
    address: str
    cpus: float
    labels: Mapping[str, str]
    joined: float
    draining: float | None = None
    left: float | None = None
    reason: str = ""

    @property
    def kind(self) -> str:
        """Of which workers it is one: its label `ray-subcluster`."""
        return self.labels.get("ray-subcluster", "")


@dataclass(frozen=True, kw_only=True)
class Machine:
    """An instance as EC2 had it, looked at once a second.

    Attributes:
        number: its id.
        address: the private one.
        node_type: the entry of the config.
        instance_type: `r7i.2xlarge`.
        market: `spot` or `on-demand`.
        asked: when it was seen first.
        ended: when it was seen to end.
    """

    number: str
    address: str
    node_type: str
    instance_type: str
    market: str
    asked: float
    ended: float | None = None


@dataclass(frozen=True)
class Count:
    """How it stood at a time: tasks that wait, run and are done, and workers that take tasks."""

    at: float
    waiting: int
    running: int
    done: int
    workers: int


@dataclass(frozen=True)
class Mark:
    """Something that the drill did, or was told: `terminated`, `notice`, ...; to which node."""

    at: float
    what: str
    node: str = ""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A run, from its first task to its last look.

    Attributes:
        title: what was special about it.
        begin: when the job began, in seconds since 1970, by the head node's clock as all times.
        end: when it ended.
        tasks: how many there were.
        done: how many of them came to their end.
        right: whether each gave what it should.
        seconds: from the first task's submission to the last one's end.
        written: how many files this run wrote; those of a run before it are done, but not written.
        digest: of all files that are there in the end; empty where there are none.
        nodes: the workers, by their ids.
        attempts: of the tasks.
        machines: the workers' instances, by their ids.
        counts: a second apart.
        marks: what the drill did.
        named_s: after how many seconds a demand that nothing can meet was named; None if not.
    """

    title: str
    begin: float
    end: float
    tasks: int = 0
    done: int = 0
    right: bool = False
    seconds: float = 0.0
    written: int = 0
    digest: str = ""
    nodes: Mapping[str, NodeLife] = field(default_factory=dict)
    attempts: Sequence[Attempt] = ()
    machines: Mapping[str, Machine] = field(default_factory=dict)
    counts: Sequence[Count] = ()
    marks: Sequence[Mark] = ()
    named_s: float | None = None

    def machine_of(self, node: str) -> Machine | None:
        """The instance of a node; of several that had its address, the one that was there then."""
        life = self.nodes[node]
        found = [one for one in self.machines.values() if one.address == life.address]
        there = [one for one in found if one.ended is None or one.ended > life.joined]
        return there[0] if there else None

    def running_on(self, node: str) -> int:
        """How many tasks run there, of those that are not over."""
        return sum(one.node == node and one.ended is None for one in self.attempts)
