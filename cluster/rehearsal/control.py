"""The control plane of a rehearsal, a process: `python -m cluster.rehearsal.control FOLDER`.

It serves AWS's interfaces (moto behind a gate), the metadata service, and makes containers of the
instances that there are. Ended and started again, it goes on with what it knew and what is there.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from cluster.rehearsal import gaps
from cluster.rehearsal.containers import Containers
from cluster.rehearsal.desk import Desk
from cluster.rehearsal.events import Events
from cluster.rehearsal.faults import Faults
from cluster.rehearsal.gaps import statuses
from cluster.rehearsal.gate import Gate
from cluster.rehearsal.machines import ALIVE, Machine, all_machines, at, end
from cluster.rehearsal.memory import Memory
from cluster.rehearsal.metadata import Metadata, server
from cluster.rehearsal.reconciler import Reconciler
from cluster.rehearsal.stops import Stops
from cluster.rehearsal.world import API_PORT, METADATA_PORT, PID, World, read
from errors import ServiceError

# `ray stop` takes a second or two.
SECONDS_BETWEEN_LOOKS = 0.5


class Control:
    """Everything that runs in the process."""

    def __init__(self, world: World) -> None:
        folder = Path(world.folder)
        self.memory = Memory(folder)
        self.events = Events(folder)
        self.faults = Faults()
        gaps.fleets.judge(self.faults.room)
        self.metadata = Metadata(_at, world.store_keys)
        self.reconciler = Reconciler(
            all_machines, self._end, Containers(world), self.events, self.faults
        )
        statuses.ask(self.reconciler.reachability)
        desk = Desk(all_machines, self.faults, self.metadata, self.events, self._end_at)
        app = DomainDispatcherApplication(create_backend_app)
        gate = Gate(app, desk, self.events, self.faults, self._changed, _role)
        self.api = make_server(world.gateway, API_PORT, gate, threaded=True, request_handler=_Quiet)
        self.imds = server(self.metadata, (world.gateway, METADATA_PORT))

    def run(self) -> None:
        """Serves and acts, until it is told to end."""
        self.events.add("control plane started", remembered=str(self.memory.recall()))
        for serving in (self.api.serve_forever, self.imds.serve_forever, self._watch):
            threading.Thread(target=serving, daemon=True).start()
        self.reconciler.run()

    def stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Ends; instances stay."""
        threading.Thread(target=self.reconciler.stop).start()

    def _watch(self) -> None:
        stops = Stops()
        while True:
            for number in stops.new():
                self.events.add("ray stop", process=str(number))
            time.sleep(SECONDS_BETWEEN_LOOKS)

    def _changed(self) -> None:
        try:
            self.memory.save()
        except ServiceError as error:
            # The call itself was done: it is answered, and the next one is written down with it.
            self.events.add("trouble", said=str(error))
        self.reconciler.wake()

    def _end(self, machine: Machine) -> None:
        end(machine)
        self.events.add("ended", machine.number)
        self._changed()

    def _end_at(self, machine: Machine, at: float) -> None:
        def later() -> None:
            time.sleep(max(0.0, at - time.time()))
            if any(one.number == machine.number and one.state in ALIVE for one in all_machines()):
                self._end(machine)

        threading.Thread(target=later, daemon=True).start()


class _Quiet(MotoRequestHandler):
    """Writes no line for each request."""

    def log_request(self, *_: object) -> None:
        """Do nothing."""


def _at(address: str) -> Machine | None:
    return at(address, all_machines())


def _role(address: str) -> str:
    """The role of the instance at an address; empty where none is."""
    machine = _at(address)
    return machine.role if machine else ""


def main() -> None:
    """Run the control plane of the world in a folder."""
    os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "false")
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING)
    gaps.fill()
    folder = Path(sys.argv[1])
    world = read(folder.parent)
    if world is None:
        sys.exit(f"error: there is no rehearsal in {folder}")
    control = Control(world)
    # It has the ports, and answers nothing yet: whoever waits for it can end it from here on.
    (folder / PID).write_text(str(os.getpid()))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, control.stop)
    try:
        control.run()
    except ServiceError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
