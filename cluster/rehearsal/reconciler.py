"""What EC2 says there is, made so: a container for each instance, and none for those that ended.

It goes by what is, and not by what happened: at each round it compares the instances with the
containers, and so takes over after a restart, ends what was ended during a boot, and tries again
what did not work. One thing is done at a time to an instance.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from cluster.rehearsal.containers import Containers
from cluster.rehearsal.events import Events
from cluster.rehearsal.faults import Faults
from cluster.rehearsal.machines import ALIVE, Machine
from errors import ServiceError

SECONDS_BETWEEN_ROUNDS = 1.0
AT_ONCE = 8
SSH = 22


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
        containers: Containers,
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
        self._told: dict[str, str] = {}
        self._later: dict[str, float] = {}
        self._listening: set[str] = set()

    def wake(self) -> None:
        """Something has changed: look now."""
        self._wake.set()

    def run(self) -> None:
        """Rounds, until `stop`."""
        while not self._stop.is_set():
            self.round()
            self._wake.wait(SECONDS_BETWEEN_ROUNDS)
            self._wake.clear()

    def stop(self) -> None:
        """Ends after what is being done is done; instances stay as they are."""
        self._stop.set()
        self.wake()
        self._pool.shutdown(wait=True)

    def round(self) -> None:
        """One comparison; what it finds is done in the background."""
        machines = self._machines()
        wanted = {one.number: one for one in machines if one.state in ALIVE}
        there = self._containers.all()
        for number in there.keys() - wanted.keys():
            self._do(number, partial(self._remove, number))
        for number, machine in wanted.items():
            if number not in there:
                if self._is_due(machine):
                    self._do(number, partial(self._start, machine))
            elif not there[number].running:
                self._do(number, partial(self._lost, machine))
            elif number not in self._listening:
                self._do(number, partial(self._look_for_ssh, machine))

    def _do(self, number: str, work: Callable[[], None]) -> None:
        """Does something to an instance, if nothing is being done to it."""
        with self._lock:
            if number in self._busy or self._stop.is_set():
                return
            self._busy.add(number)

        def done() -> None:
            try:
                work()
            except ServiceError as error:
                self._tell_once(number, str(error))
            finally:
                with self._lock:
                    self._busy.discard(number)

        self._pool.submit(done)

    def _is_due(self, machine: Machine) -> bool:
        """Whether a machine that is slow on request has waited long enough."""
        facts = {
            "instance_type": machine.instance_type,
            "zone": machine.zone,
            "market": machine.market,
        }
        now = time.monotonic()
        due = self._later.setdefault(machine.number, now + self._faults.delay(facts))
        return now >= due

    def _start(self, machine: Machine) -> None:
        self._containers.start(machine)
        self._told.pop(machine.number, None)
        self._events.add("running", machine.number, address=machine.address)

    def _remove(self, number: str) -> None:
        self._containers.remove(number)
        self._listening.discard(number)
        self._events.add("gone", number)

    def _lost(self, machine: Machine) -> None:
        """Its container ended by itself, or somebody killed it: to EC2, the hardware failed."""
        self._events.add("lost", machine.number)
        self._end(machine)

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
