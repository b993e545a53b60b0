"""The nodes of a simulated cluster, from the decision to have one until it is given back."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from cluster.planning.forecast.demand import UNITS
from cluster.planning.forecast.nodes import Cluster, NodeType
from cluster.planning.forecast.pace import Pace


class State(Enum):
    """Where a node is on its way; Ray's own names of them."""

    QUEUED = auto()
    REQUESTED = auto()
    ALLOCATED = auto()
    RAY_INSTALLING = auto()
    RAY_RUNNING = auto()
    RAY_STOP_REQUESTED = auto()
    TERMINATED = auto()


@dataclass(eq=False, slots=True, kw_only=True)
class Node:
    """A node; times in seconds, None where it has not come to that.

    Attributes:
        number: counted from the first node on, which is the head.
        kind: its node type.
        state: of it.
        free: units of each resource that no task has taken.
        tasks: that run on it.
        asked: when EC2 was asked for it.
        billed: since when it costs.
        joined: when it could work.
        idle: since when nothing runs on it.
        ended: when it was given back.
    """

    number: int
    kind: NodeType
    state: State
    free: dict[str, int]
    tasks: int = 0
    asked: float | None = None
    billed: float | None = None
    joined: float | None = None
    idle: float | None = None
    ended: float | None = None


@dataclass(kw_only=True)
class Fleet:
    """All nodes, and Ray's rules of who is launched when.

    Attributes:
        cluster: whose they are.
        pace: how long things take.
        nodes: every node there ever was, by number.
        alive: of each type, the nodes that are not gone, in their order.
    """

    cluster: Cluster
    pace: Pace
    nodes: list[Node] = field(default_factory=list)
    alive: dict[str, dict[int, Node]] = field(init=False)
    running: dict[str, int] = field(init=False)
    idle: dict[int, Node] = field(default_factory=dict)
    _queued: dict[str, deque[Node]] = field(default_factory=dict)
    _requested: deque[Node] = field(default_factory=deque)
    _allocated: deque[Node] = field(default_factory=deque)
    _stopping: list[Node] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.alive = {name: {} for name in self.cluster.types}
        self.running = dict.fromkeys(self.cluster.types, 0)
        self.start(self.cluster.types[self.cluster.head], 0.0)

    @property
    def head(self) -> Node:
        """The head node, which is never given back."""
        return self.nodes[0]

    def start(self, kind: NodeType, now: float) -> Node:
        """A node that works already."""
        node = self._add(kind, State.QUEUED)
        node.asked = node.billed = now
        self.join(node, now)
        return node

    def queue(self, kind: NodeType) -> None:
        """Takes up a decision to have a node."""
        self._queued.setdefault(kind.name, deque()).append(self._add(kind, State.QUEUED))

    def join(self, node: Node, now: float) -> None:
        """The node has joined the cluster."""
        node.state, node.joined, node.idle = State.RAY_RUNNING, now, now
        self.running[node.kind.name] += 1
        self.idle[node.number] = node

    def stop(self, node: Node) -> None:
        """Asks an idle node to leave, which it has done by the next round."""
        node.state = State.RAY_STOP_REQUESTED
        self.running[node.kind.name] -= 1
        del self.idle[node.number]
        self._stopping.append(node)

    def sync(self, now: float) -> list[Node]:
        """Takes note of what has come about since the last round; gives the nodes that left."""
        while self._requested and _passed(self._requested[0], self.pace.request, now):
            node = self._requested.popleft()
            node.state = State.ALLOCATED
            self._allocated.append(node)
        left, self._stopping = self._stopping, []
        for node in left:
            node.state, node.ended = State.TERMINATED, now
            del self.alive[node.kind.name][node.number]
        return left

    def launch(self, now: float) -> list[Node]:
        """Asks EC2 for nodes that are queued, as many as Ray lets go at once."""
        asked: list[Node] = []
        for name in sorted(self._queued, key=lambda name: self._queued[name][0].number):
            queue = self._queued[name]
            speed = math.ceil(self.cluster.upscaling_speed * max(self.running[name], 1))
            most = min(self.pace.launches - len(self._requested), max(1, speed), len(queue))
            for _ in range(most):
                node = queue.popleft()
                node.state, node.asked = State.REQUESTED, now
                node.billed = now + self.pace.request + self.pace.running
                self._requested.append(node)
                asked.append(node)
            if not queue:
                del self._queued[name]
        return asked

    def install(self, now: float) -> list[Node]:
        """Starts Ray on instances that run by now; they join after the time that takes."""
        ready = self.pace.request + self.pace.running
        started: list[Node] = []
        while self._allocated and _passed(self._allocated[0], ready, now):
            node = self._allocated.popleft()
            node.state = State.RAY_INSTALLING
            started.append(node)
        return started

    @property
    def moving(self) -> bool:
        """Whether the next round finds something new without a task's doing."""
        return bool(self._queued or self._requested or self._allocated or self._stopping)

    def count(self, name: str) -> int:
        """How many nodes of a type there are, the head among them."""
        return len(self.alive[name])

    def pending(self, name: str) -> int:
        """How many of them Ray takes to be on their way."""
        return len(self.alive[name]) - self.running[name]

    def expired(self, now: float) -> Iterator[Node]:
        """The workers that have been idle for longer than they may."""
        for node in self.idle.values():
            if node is not self.head and idle_ms(node, now) > node.kind.idle_timeout_s * 1000:
                yield node

    def _add(self, kind: NodeType, state: State) -> Node:
        free = {name: round(amount * UNITS) for name, amount in kind.resources.items()}
        node = Node(number=len(self.nodes), kind=kind, state=state, free=free)
        self.nodes.append(node)
        self.alive[kind.name][node.number] = node
        return node


def idle_ms(node: Node, now: float) -> int:
    """How long a node has been idle, as Ray reports it."""
    return 0 if node.idle is None else int((now - node.idle) * 1000)


def _passed(node: Node, seconds: float, now: float) -> bool:
    return node.asked is not None and node.asked + seconds <= now
