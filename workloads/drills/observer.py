"""Looking on: what becomes of nodes and of tasks, told as it is seen."""

from __future__ import annotations

import time
from typing import Any

from workloads.drills import saying
from workloads.drills.ledger import Entry, Ledger
from workloads.drills.nodes import Nodes, draining, there
from workloads.drills.saying import say

SECONDS_BETWEEN_LOOKS = 0.2
SECONDS_BETWEEN_COUNTS = 1.0
# Tasks that are not given it find it by this name.
LEDGER = "drill-ledger"


class Observer:
    """What was seen so far.

    Args:
        tasks: how many there are.
    """

    def __init__(self, tasks: int) -> None:
        self.nodes = Nodes()
        self.ledger = _ledger()
        self._tasks = tasks
        self._heard = 0
        # The node of each attempt that runs.
        self._running: dict[tuple[int, int], str] = {}
        self._done: set[int] = set()
        self._counted = 0.0

    def look(self) -> None:
        """Tells what has changed, and once a second how it stands."""
        import ray

        for what, number, seen in self.nodes.look(there(), draining()):
            say(
                what,
                node=number,
                address=seen.address,
                cpus=seen.cpus,
                labels=dict(seen.labels),
                reason=seen.reason,
            )
        for entry in ray.get(self.ledger.since.remote(self._heard)):
            self._heard += 1
            self._hear(entry)
        if time.time() - self._counted >= SECONDS_BETWEEN_COUNTS:
            self._count()

    def _hear(self, entry: Entry) -> None:
        say(entry.what, entry.at, task=entry.task, attempt=entry.attempt, node=entry.node)
        # Of a task that is begun again, the attempt before runs no more.
        for number in range(entry.attempt + 1):
            self._running.pop((entry.task, number), None)
        if entry.what == saying.STARTED:
            self._running[entry.task, entry.attempt] = entry.node
        else:
            self._done.add(entry.task)

    @property
    def leaving(self) -> int:
        """How many tasks run on nodes that are to end."""
        return sum(node in self.nodes.draining for node in self._running.values())

    def _count(self) -> None:
        self._counted = time.time()
        running, done = len(self._running), len(self._done)
        say(
            saying.COUNT,
            waiting=max(0, self._tasks - done - running),
            running=running,
            done=done,
            workers=self.nodes.working,
        )

    def linger(self, *, at_least: int, at_most: int, settle: float, seconds: float) -> None:
        """Looks on until the workers are as many as is asked for, and then for a while.

        Args:
            at_least: so many workers that take tasks.
            at_most: no more of them.
            settle: seconds to look on for after that.
            seconds: in all, at most.
        """
        give_up = time.time() + seconds
        settled = 0.0
        while time.time() < give_up:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            self.look()
            if not at_least <= self.nodes.working <= at_most:
                continue
            settled = settled or time.time()
            if time.time() - settled >= settle:
                return


def _ledger() -> Any:
    """A ledger on the node of this job, which is the head node."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    kept = ray.remote(Ledger).options(name=LEDGER, num_cpus=0, scheduling_strategy=here)
    ledger: Any = kept.remote()
    # One that is still starting would hear of the first tasks late.
    ray.get(ledger.since.remote(0))
    return ledger
