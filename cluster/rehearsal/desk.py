"""What is asked of the control plane itself, below `/rehearsal/`: faults, notices, how it is."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, fields
from typing import Any

from cluster.rehearsal import events as words
from cluster.rehearsal.events import Events
from cluster.rehearsal.faults import MOST_SECONDS, Fault, Faults
from cluster.rehearsal.machines import ALIVE, Machine
from cluster.rehearsal.metadata import Metadata, Notices
from errors import RayOnAwsError, UsageError

Environment = dict[str, Any]
Asked = dict[str, Any]
MOST_BYTES = 100_000
# As long as EC2 gives.
SECONDS_OF_NOTICE = 120.0


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
        self._answers: dict[str, Callable[[Asked], object]] = {
            "health": self._health,
            "instances": self._instances,
            "named": lambda asked: {"instance": self._machine(asked).number},
            "faults": self._list_faults,
            "faults/add": self._add_fault,
            "faults/end": self._end_fault,
            "faults/clear": self._clear_faults,
            "interrupt": self._interrupt,
            "rebalance": self._rebalance,
        }

    def __call__(self, environment: Environment, start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        length = min(int(environment.get("CONTENT_LENGTH") or 0), MOST_BYTES)
        path = environment["PATH_INFO"].removeprefix("/rehearsal/")
        try:
            told: object = self._answer(path, environment["wsgi.input"].read(length))
            status = "200 OK"
        except RayOnAwsError as error:
            told, status = {"error": str(error)}, "400 Bad Request"
        body = json.dumps(told).encode()
        start(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, path: str, body: bytes) -> object:
        if path not in self._answers:
            raise UsageError(f"'{path}' is nothing that the control plane answers")
        try:
            asked = json.loads(body or b"{}")
        except ValueError as error:
            raise UsageError(f"what is asked is no JSON: {error}") from error
        if not isinstance(asked, dict):
            raise UsageError("what is asked is no JSON object")
        return self._answers[path](asked)

    def _health(self, _asked: Asked) -> object:
        return {"instances": len(self._alive())}

    def _instances(self, _asked: Asked) -> object:
        """Those that there are and were, without what opens them or runs on them."""
        kept = {"key", "user_data"}
        return [
            {name: value for name, value in asdict(one).items() if name not in kept}
            for one in self._machines()
        ]

    def _list_faults(self, _asked: Asked) -> object:
        return [asdict(one) for one in self._faults.now]

    def _add_fault(self, asked: Asked) -> object:
        lasts = _number(asked, "for_seconds")
        said = {name: value for name, value in asked.items() if name != "for_seconds"}
        self._faults.add(_fault(said), lasts)
        self._events.add(words.FAULT, **{name: str(value) for name, value in asked.items()})
        return {}

    def _end_fault(self, asked: Asked) -> object:
        """Ends one that was added with the same words, to last until somebody ends it."""
        ended = self._faults.end(_fault(asked))
        if ended:
            told = {name: str(value) for name, value in asked.items()}
            self._events.add(words.CLEARED, **told)
        return {"cleared": int(ended)}

    def _clear_faults(self, asked: Asked) -> object:
        kind = str(asked.get("kind", ""))
        count = self._faults.clear(kind)
        self._events.add(words.CLEARED, kind=kind or "all")
        return {"cleared": count}

    def _interrupt(self, asked: Asked) -> object:
        """Gives a spot instance notice, and ends it when that has run out, as EC2 does."""
        machine = self._machine(asked)
        seconds = _number(asked, "seconds", SECONDS_OF_NOTICE)
        if not 0 <= seconds <= MOST_SECONDS:
            raise UsageError(f"notice of {seconds:g} seconds: choose 0 to {MOST_SECONDS:g}")
        if machine.market != "spot":
            raise UsageError(
                f"{machine.number} is {machine.market}: EC2 takes back none but spot instances"
            )
        at = time.time() + seconds
        self._notices(machine).action_at = at
        self._events.add(words.NOTICE, machine.number, seconds=f"{seconds:g}")
        self._end(machine, at)
        return {"instance": machine.number, "ends_at": at}

    def _rebalance(self, asked: Asked) -> object:
        """Says that a spot instance is likelier to be taken back than others, and no more."""
        machine = self._machine(asked)
        if machine.market != "spot":
            raise UsageError(
                f"{machine.number} is {machine.market}: EC2 recommends it for spot instances alone"
            )
        self._notices(machine).rebalance_at = time.time()
        self._events.add(words.REBALANCE, machine.number)
        return {"instance": machine.number}

    def _alive(self) -> list[Machine]:
        return [one for one in self._machines() if one.state in ALIVE]

    def _machine(self, asked: Asked) -> Machine:
        """The living instance that is meant, by its id or the end of it."""
        end = str(asked.get("instance", ""))
        alive = self._alive()
        found = [one for one in alive if end and one.number.endswith(end)]
        if len(found) == 1:
            return found[0]
        there = ", ".join(one.number for one in found or alive) or "none"
        if found:
            raise UsageError(f"several instances end in '{end}': name one of {there}")
        raise UsageError(f"no instance '{end}' runs; those that run: {there}")

    def _notices(self, machine: Machine) -> Notices:
        return self._metadata.notices.setdefault(machine.number, Notices())


def _fault(asked: Asked) -> Fault:
    """The fault that is meant.

    Raises:
        UsageError: there is none such.
    """
    known = {one.name for one in fields(Fault)} - {"until"}
    if unknown := asked.keys() - known:
        raise UsageError(f"a fault has no {', '.join(sorted(unknown))}")
    given: Asked = {"kind": ""} | {name: str(value) for name, value in asked.items()}
    given |= {name: _number(asked, name) for name in ("seconds", "share") if name in asked}
    if "room" in given:
        given["room"] = int(_number(asked, "room"))
    return Fault(**given)


def _number(asked: Asked, name: str, default: float = 0.0) -> float:
    """A number of what is asked.

    Raises:
        UsageError: it is none.
    """
    given, spoken = asked.get(name, default), name.replace("_", "-")
    try:
        number = float(given)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{spoken} is '{given}', and should be a number") from error
    if not math.isfinite(number):
        raise UsageError(f"{spoken} is {number}, and should be a number that has an end")
    return number
