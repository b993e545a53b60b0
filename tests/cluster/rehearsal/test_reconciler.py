"""The reconciler: whatever happens, in the end there is a container for each living instance."""

from __future__ import annotations

import itertools
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from cluster.rehearsal.containers import Found
from cluster.rehearsal.events import Events, read
from cluster.rehearsal.faults import SLOW, Fault, Faults
from cluster.rehearsal.machines import Machine
from cluster.rehearsal.reconciler import Reconciler
from errors import ServiceError
from tests.cluster.minis import wait_until

SECONDS_TO_SETTLE = 30
# Refused at once, so that no test waits for SSH.
ADDRESS = "127.64.0.{}"


@dataclass
class Recorded:
    """Containers as Docker would have them, and what was asked for; it fails when told to."""

    there: dict[str, str] = field(default_factory=dict)
    volumes: set[str] = field(default_factory=set)
    started: Counter[str] = field(default_factory=Counter)
    refusals: int = 0
    overlaps: list[str] = field(default_factory=list)
    _in_hand: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def all(self) -> dict[str, Found]:
        with self._lock:
            every = dict.fromkeys(self.volumes, "") | self.there
            return {number: Found(number, status) for number, status in every.items()}

    def start(self, machine: Machine) -> None:
        with self._alone(machine.number):
            with self._lock:
                self.volumes.add(machine.number)
                self.there[machine.number] = "created"
            time.sleep(random.uniform(0, 0.002))
            with self._lock:
                self.there[machine.number] = "running"
                self.started[machine.number] += 1

    def remove(self, number: str) -> None:
        with self._alone(number):
            with self._lock:
                self.there.pop(number, None)
            time.sleep(random.uniform(0, 0.002))
            with self._lock:
                self.volumes.discard(number)

    @contextmanager
    def _alone(self, number: str) -> Iterator[None]:
        with self._lock:
            if number in self._in_hand:
                self.overlaps.append(number)
            self._in_hand.add(number)
            refused = self.refusals > 0
            self.refusals -= refused
        try:
            if refused:
                raise ServiceError("Docker refuses")
            yield
        finally:
            with self._lock:
                self._in_hand.discard(number)


class Emulated:
    """Emulated EC2 with a reconciler, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.machines: dict[str, Machine] = {}
        self.containers = Recorded()
        self.faults = Faults()
        self.restarts = 0
        self.vanished: set[str] = set()
        self._numbers = itertools.count(1)
        self.reconciler = self._reconciler()

    def _reconciler(self) -> Reconciler:
        return Reconciler(
            lambda: list(self.machines.values()),
            self.end,
            self.containers,
            Events(self.folder),
            self.faults,
        )

    @property
    def living(self) -> set[str]:
        return {one.number for one in self.machines.values() if one.state == "running"}

    def run(self) -> str:
        number = f"i-{next(self._numbers)}"
        self.machines[number] = machine(number)
        return number

    def end(self, one: Machine) -> None:
        self.machines[one.number] = replace(self.machines[one.number], state="terminated")

    def restart(self) -> None:
        """What was being done is done, as Docker does by itself what it was asked for."""
        self.reconciler.stop()
        self.restarts += 1
        self.reconciler = self._reconciler()

    def settle(self) -> None:
        """Rounds, until containers are as instances are, and stay so."""
        give_up = time.monotonic() + SECONDS_TO_SETTLE
        calm = 0
        while calm < 5:
            assert time.monotonic() < give_up, f"{self.containers.there} for {self.living}"
            self.reconciler.round()
            time.sleep(0.003)
            now = self.containers.all()
            same = now.keys() == self.living and all(one.running for one in now.values())
            calm = calm + 1 if same else 0
        self.reconciler.stop()

    def events(self, what: str) -> list[str]:
        return [one.instance for one in read(self.folder) if one.what == what]


def machine(number: str) -> Machine:
    return Machine(
        number=number,
        state="running",
        address=ADDRESS.format(number.removeprefix("i-")),
        instance_type="c7i.4xlarge",
        arch="amd64",
        zone="us-east-1a",
        region="us-east-1",
        market="spot",
        ami="ami-1",
        key="",
        user_data="",
        role="",
    )


EVENTS = st.tuples(
    st.sampled_from(["run", "terminate", "crash", "vanish", "refuse", "restart", "round"]),
    st.integers(0, 7),
)


@given(st.lists(EVENTS, max_size=40))
@settings(max_examples=60, deadline=None)
def test_in_the_end_there_is_a_container_for_each_living_instance(
    happening: list[tuple[str, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ec2 = Emulated(Path(folder))
        for what, which in happening:
            happen(ec2, what, which)
        ec2.settle()
        assert ec2.containers.overlaps == []
        assert ec2.containers.volumes == ec2.living
        # A machine that is lost does not come back; only one that a new control plane knows
        # nothing of is started once more.
        assert max(ec2.containers.started.values(), default=0) <= 1 + ec2.restarts


def happen(ec2: Emulated, what: str, which: int) -> None:
    """Lets something happen to the instance of a number, if there is one."""
    number = sorted(ec2.machines)[which % len(ec2.machines)] if ec2.machines else ""
    there = ec2.containers.there.get(number) == "running"
    if what == "run":
        ec2.run()
    elif what == "terminate" and number:
        ec2.end(ec2.machines[number])
    elif what == "crash" and there:
        ec2.containers.there[number] = "exited"
    elif what == "vanish" and there:
        ec2.containers.there.pop(number, None)
    elif what == "refuse":
        ec2.containers.refusals += 1
    elif what == "restart":
        ec2.restart()
    elif what == "round":
        ec2.reconciler.round()


def test_a_container_that_somebody_takes_away_is_a_machine_that_is_lost(tmp_path: Path) -> None:
    ec2 = Emulated(tmp_path)
    number, other = ec2.run(), ec2.run()
    settled(ec2, {number, other})
    ec2.containers.there.pop(number, None)
    ec2.settle()
    assert ec2.living == {other}
    assert ec2.events("lost") == [number]
    assert ec2.containers.volumes == {other}


def test_the_disk_of_a_lost_machine_goes_also_when_docker_refuses_at_first(tmp_path: Path) -> None:
    ec2 = Emulated(tmp_path)
    number = ec2.run()
    settled(ec2, {number})
    ec2.containers.there.pop(number, None)
    ec2.containers.refusals = 1
    ec2.settle()
    assert ec2.events("lost") == [number]
    assert ec2.containers.volumes == set()


def test_the_disk_of_an_ended_machine_goes_though_its_container_went_before(tmp_path: Path) -> None:
    ec2 = Emulated(tmp_path)
    number = ec2.run()
    settled(ec2, {number})
    ec2.containers.there.pop(number, None)
    ec2.end(ec2.machines[number])
    ec2.settle()
    assert ec2.containers.volumes == set()


def test_a_control_plane_that_is_new_adopts_what_runs_and_ends_what_has_ended(
    tmp_path: Path,
) -> None:
    ec2 = Emulated(tmp_path)
    runs, ended, made = ec2.run(), ec2.run(), ec2.run()
    settled(ec2, {runs, ended, made})
    # As after this machine was switched off; and one that was never started.
    ec2.containers.there |= {ended: "exited", made: "created"}
    ec2.restart()
    ec2.settle()
    assert ec2.living == {runs, made}
    assert ec2.containers.started == {runs: 1, ended: 1, made: 2}


def test_what_docker_refuses_is_told_once_and_tried_again(tmp_path: Path) -> None:
    ec2 = Emulated(tmp_path)
    ec2.containers.refusals = 3
    number = ec2.run()
    ec2.settle()
    assert ec2.events("trouble") == [number]
    assert ec2.containers.started == {number: 1}


def test_a_machine_that_is_slow_on_request_boots_later(tmp_path: Path) -> None:
    ec2 = Emulated(tmp_path)
    ec2.faults.add(Fault(kind=SLOW, market="spot", seconds=0.3))
    begin = time.monotonic()
    ec2.run()
    ec2.settle()
    assert time.monotonic() - begin > 0.3


def test_docker_that_is_away_for_a_while_ends_nothing(tmp_path: Path) -> None:
    ec2 = Emulated(tmp_path)
    number = ec2.run()
    settled(ec2, {number})
    there = ec2.containers.all

    def away() -> dict[str, Found]:
        raise ServiceError("Docker does not answer")

    ec2.containers.all = away  # type: ignore[method-assign]
    running = threading.Thread(target=ec2.reconciler.run)
    running.start()
    wait_until(lambda: ec2.events("trouble") == [""], "it is told", SECONDS_TO_SETTLE)
    ec2.containers.all = there  # type: ignore[method-assign]
    new = ec2.run()
    both = {number: "running", new: "running"}
    wait_until(lambda: ec2.containers.there == both, "both run", SECONDS_TO_SETTLE)
    ec2.reconciler.stop()
    running.join(timeout=SECONDS_TO_SETTLE)
    assert not running.is_alive()
    assert ec2.events("lost") == []


def settled(ec2: Emulated, numbers: set[str]) -> None:
    """Rounds, until these run and nothing is being done."""

    def there() -> bool:
        ec2.reconciler.round()
        return set(ec2.events("running")) == numbers

    wait_until(there, f"{numbers} run", SECONDS_TO_SETTLE)
