"""What EC2 says there is, made so: a container for each instance, and none for those that ended.

It goes by what is, and not by what happened: at each round it compares the instances with the
containers, and so takes over after a restart, ends what was ended during a boot, and tries again
what did not work. One thing is done at a time to an instance.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Protocol

from cluster.rehearsal.containers import Found
from cluster.rehearsal.events import Events
from cluster.rehearsal.faults import Faults
from cluster.rehearsal.gaps.statuses import FAILED, INITIALIZING, PASSED
from cluster.rehearsal.machines import ALIVE, Machine
from errors import ServiceError

SECONDS_BETWEEN_ROUNDS = 1.0
AT_ONCE = 8
SSH = 22


class Engine(Protocol):
    """What is asked of containers; each may raise ServiceError, and is then asked again."""

    def all(self) -> dict[str, Found]:
        """Those that there are, by the instance's id."""

    def start(self, machine: Machine) -> None:
        """Starts an instance."""

    def remove(self, number: str) -> None:
        """Takes an instance away."""


class Reconciler:
    """Compares and acts, until it is stopped.

    Args:
        machines: the instances as EC2 has them.
        end: ends an instance whose container is gone.
        containers: as Docker has them.
        events: where what happens is written down.
        faults: what is to go wrong.
    """

    def __init__(
        self,
        machines: Callable[[], list[Machine]],
        end: Callable[[Machine], None],
        containers: Engine,
        events: Events,
        faults: Faults,
    ) -> None:
        self._machines = machines
        self._end = end
        self._containers = containers
        self._events = events
        self._faults = faults
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._busy: set[str] = set()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="instance")
        # By the instance's id, for as long as there is one.
        self._told: dict[str, str] = {}
        self._due: dict[str, float] = {}
        self._begun: set[str] = set()
        self._listening: set[str] = set()
        self._hung: set[str] = set()

    def reachability(self, number: str) -> str:
        """How an instance is, as EC2's check of it says: under way, passed, or failed."""
        if number in self._hung:
            return FAILED
        return PASSED if number in self._listening else INITIALIZING

    def wake(self) -> None:
        """Something has changed: look now."""
        self._wake.set()

    def run(self) -> None:
        """Rounds, until `stop`."""
        while not self._stop.is_set():
            try:
                self.round()
                self._told.pop("", None)
            except ServiceError as error:
                # Docker is away, as while it restarts.
                self._tell_once("", str(error))
            self._wake.wait(SECONDS_BETWEEN_ROUNDS)
            self._wake.clear()

    def stop(self) -> None:
        """Ends after what is being done is done; instances stay as they are."""
        with self._lock:
            self._stop.set()
        self.wake()
        self._pool.shutdown(wait=True)

    def round(self) -> None:
        """One comparison; what it finds is done in the background.

        Raises:
            ServiceError: Docker does not say what there is.
        """
        with self._lock:
            # What is being done to these may end between the looks below, which then tell of two
            # times: they are left for the next round.
            busy = set(self._busy)
        wanted = {one.number: one for one in self._machines() if one.state in ALIVE}
        there = self._containers.all()
        self._forget(wanted.keys() | there.keys())
        self._hung = {number for number, found in there.items() if found.hangs}
        for number in there.keys() - wanted.keys() - busy:
            self._do(number, partial(self._remove, number))
        for number in wanted.keys() - busy:
            if work := self._next(wanted[number], there.get(number)):
                self._do(number, work)

    def _next(self, machine: Machine, found: Found | None) -> Callable[[], None] | None:
        """What is to be done for a living instance; None for nothing."""
        if found is not None and found.begun:
            # Also one of an earlier control plane.
            self._begun.add(machine.number)
        if machine.number not in self._begun:
            return partial(self._start, machine) if self._is_due(machine) else None
        if found is None or not found.running:
            return partial(self._lost, machine)
        if machine.number not in self._listening:
            return partial(self._look_for_ssh, machine)
        return None

    def _do(self, number: str, work: Callable[[], None]) -> None:
        """Does something to an instance, if nothing is being done to it."""

        def done() -> None:
            try:
                work()
            except ServiceError as error:
                self._tell_once(number, str(error))
            finally:
                with self._lock:
                    self._busy.discard(number)

        with self._lock:
            if number in self._busy or self._stop.is_set():
                return
            self._busy.add(number)
            self._pool.submit(done).add_done_callback(_log_a_bug)

    def _forget(self, known: Collection[str]) -> None:
        """Forgets the instances that are gone."""
        for kept in (self._told, self._due):
            for number in [one for one in kept if one not in known and one]:
                kept.pop(number, None)
        self._begun.intersection_update(known)
        self._listening.intersection_update(known)

    def _is_due(self, machine: Machine) -> bool:
        """Whether a machine that is slow on request has waited long enough."""
        facts = {
            "instance_type": machine.instance_type,
            "zone": machine.zone,
            "market": machine.market,
        }
        now = time.monotonic()
        due = self._due.setdefault(machine.number, now + self._faults.delay(facts))
        return now >= due

    def _start(self, machine: Machine) -> None:
        self._containers.start(machine)
        self._begun.add(machine.number)
        self._told.pop(machine.number, None)
        self._events.add("running", machine.number, address=machine.address)

    def _remove(self, number: str) -> None:
        self._containers.remove(number)
        self._events.add("gone", number)

    def _lost(self, machine: Machine) -> None:
        """Its container ended, or somebody took it away: to EC2, the hardware failed."""
        # Its disk is still there, where the container is not: first, as it is not seen any more
        # when the instance has ended.
        self._containers.remove(machine.number)
        self._events.add("lost", machine.number)
        self._end(machine)
        self._events.add("gone", machine.number)

    def _look_for_ssh(self, machine: Machine) -> None:
        try:
            socket.create_connection((machine.address, SSH), timeout=1).close()
        except OSError:
            return
        self._listening.add(machine.number)
        self._events.add("ssh", machine.number)

    def _tell_once(self, number: str, trouble: str) -> None:
        if self._told.get(number) != trouble:
            self._told[number] = trouble
            self._events.add("trouble", number, said=trouble)


def _log_a_bug(done: Future[None]) -> None:
    """An exception that is none of ours is written down with its traceback."""
    if error := done.exception():
        logging.getLogger(__name__).error("a bug of the rehearsal's", exc_info=error)
