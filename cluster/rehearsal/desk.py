"""What is asked of the control plane itself, below `/rehearsal/`: faults, notices, how it is."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from cluster.rehearsal.events import Events
from cluster.rehearsal.faults import Fault, Faults
from cluster.rehearsal.machines import ALIVE, Machine
from cluster.rehearsal.metadata import Metadata, Notices
from errors import RayOnAwsError, UsageError

Environment = dict[str, Any]
Asked = dict[str, Any]
MOST_BYTES = 100_000


class Desk:
    """A small WSGI application: JSON in, JSON out.

    Args:
        machines: the instances as EC2 has them.
        faults: what is to go wrong.
        metadata: that carries notices.
        events: where it is written down.
        end: ends an instance at a time, in seconds since 1970.
    """

    def __init__(
        self,
        machines: Callable[[], list[Machine]],
        faults: Faults,
        metadata: Metadata,
        events: Events,
        end: Callable[[Machine, float], None],
    ) -> None:
        self._machines = machines
        self._faults = faults
        self._metadata = metadata
        self._events = events
        self._end = end

    def __call__(self, environment: Environment, start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        length = min(int(environment.get("CONTENT_LENGTH") or 0), MOST_BYTES)
        path = environment["PATH_INFO"].removeprefix("/rehearsal/")
        try:
            asked: Asked = json.loads(environment["wsgi.input"].read(length) or b"{}")
            told: object = self._answer(path, asked)
            status = "200 OK"
        except (RayOnAwsError, TypeError, ValueError) as error:
            told, status = {"error": str(error)}, "400 Bad Request"
        body = json.dumps(told).encode()
        start(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, path: str, asked: Asked) -> object:
        if path == "health":
            return {"instances": sum(one.state in ALIVE for one in self._machines())}
        if path == "faults":
            return [asdict(one) for one in self._faults.now]
        if path == "faults/add":
            seconds = float(asked.pop("for_seconds", 0.0))
            self._faults.add(Fault(**asked), seconds)
            self._events.add("fault", **{name: str(value) for name, value in asked.items()})
            return {}
        if path == "faults/clear":
            self._faults.clear(asked.get("kind", ""))
            self._events.add("faults cleared", kind=asked.get("kind", "") or "all")
            return {}
        if path == "interrupt":
            return self._interrupt(asked["instance"], float(asked.get("seconds", 120)))
        if path == "rebalance":
            machine = self._machine(asked["instance"])
            self._notices(machine).rebalance_at = time.time()
            self._events.add("rebalance recommended", machine.number)
            return {}
        raise UsageError(f"'{path}' is nothing that the control plane answers")

    def _interrupt(self, number: str, seconds: float) -> object:
        """Gives a spot instance notice, and ends it when that has run out, as EC2 does."""
        machine = self._machine(number)
        if machine.market != "spot":
            raise UsageError(f"{number} is {machine.market}: EC2 takes back none but spot ones")
        at = time.time() + seconds
        self._notices(machine).action_at = at
        self._events.add("notice", number, seconds=f"{seconds:g}")
        self._end(machine, at)
        return {"ends_at": at}

    def _machine(self, number: str) -> Machine:
        for one in self._machines():
            if one.number == number and one.state in ALIVE:
                return one
        raise UsageError(f"no instance {number} runs")

    def _notices(self, machine: Machine) -> Notices:
        return self._metadata.notices.setdefault(machine.number, Notices())
