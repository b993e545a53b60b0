"""`python -m workloads.drills.tasks`: tasks that sleep, and what becomes of them and of the nodes.

It prints JSON lines as things happen (see `saying`): nodes that join, drain and leave, attempts of
tasks that start and end, and once a second how many tasks wait, run and are done.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import Any

from errors import RayOnAwsError
from workloads.drills import saying
from workloads.drills.asked import Asked, parse
from workloads.drills.impossible import ask_for_the_impossible
from workloads.drills.observer import SECONDS_BETWEEN_LOOKS, Observer
from workloads.drills.saying import say
from workloads.drills.watcher import stop_watcher
from workloads.files.distribute import start_ray


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the tasks and tells what happens; gives the exit code."""
    try:
        start_ray()
        return Drill(parse(Asked, argv)).run()
    except RayOnAwsError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code


class Drill:
    """The tasks of a job under way.

    Args:
        asked: what to do.
    """

    def __init__(self, asked: Asked) -> None:
        import ray

        self._asked = asked
        self._observer = Observer(asked.tasks)
        self._out: dict[Any, int] = {}
        self._next, self._done, self._sum = 0, 0, 0
        self._unwatched = asked.unwatched == 0
        self._most = asked.at_once
        self._task = ray.remote(work).options(
            num_cpus=1,
            max_retries=-1,
            resources=asked.resources,
            label_selector=asked.labels,
        )

    def run(self) -> int:
        """Works until all is done, looks on for as long as is asked, and sums up."""
        asked = self._asked
        begin = time.time()
        say(saying.HELLO, tasks=asked.tasks, task_seconds=asked.seconds)
        while self._done < asked.tasks:
            self._fill()
            self._collect()
            self._observer.look()
            if not self._unwatched:
                self._unwatch()
        took = time.time() - begin
        # Once more, as what was done last may not have been told yet.
        self._observer.look()
        self._observer.linger(
            at_least=asked.at_least,
            at_most=asked.at_most,
            settle=asked.settle,
            seconds=asked.linger,
        )
        if asked.impossible:
            ask_for_the_impossible()
        right = self._sum == sum(range(asked.tasks))
        say(
            saying.SUMMARY,
            tasks=asked.tasks,
            done=self._done,
            right=right,
            seconds=round(took, 3),
        )
        return 0 if right else 1

    def _fill(self) -> None:
        """Submits as many as may be out at once."""
        if self._asked.fill:
            self._most = max(self._most, self._observer.nodes.cpus(self._asked.labels))
        # Beside those on a node that is to end: they wait for another, as in a queue that is long.
        most = self._most + self._observer.leaving
        while self._next < self._asked.tasks and len(self._out) < most:
            sent = self._task.remote(self._observer.ledger, self._next, self._asked.seconds)
            self._out[sent] = self._next
            self._next += 1

    def _collect(self) -> None:
        """Takes in what is done: each task's own number, or the sum is wrong for good."""
        import ray

        done, _ = ray.wait(
            list(self._out), num_returns=len(self._out), timeout=SECONDS_BETWEEN_LOOKS
        )
        for one in done:
            number = self._out.pop(one)
            given = ray.get(one)
            self._sum += number if given == number else -(self._asked.tasks**2)
            self._done += 1

    def _unwatch(self) -> None:
        """Stops the watcher on one worker, when there are as many as are wanted first."""
        nodes = self._observer.nodes.working_with(self._asked.labels)
        found = sorted((seen.address, number) for number, seen in nodes.items())
        if len(found) >= self._asked.unwatched:
            self._unwatched = True
            address, number = found[0]
            say(saying.WATCHER, node=number, address=address, said=stop_watcher(number))


def work(ledger: Any, number: int, seconds: float) -> int:
    """A task: tells when it begins, sleeps, tells when it ends, and gives its own number."""
    import ray

    node = ray.get_runtime_context().get_node_id()
    # Without waiting for an answer: while a task waits, Ray gives its CPU to another.
    ledger.start.remote(number, node)
    time.sleep(seconds)
    ledger.end.remote(number, node)
    return number


if __name__ == "__main__":
    sys.exit(main())
