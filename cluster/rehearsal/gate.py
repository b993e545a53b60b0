"""What stands before moto: it writes calls down, lets go wrong what is to, and wakes who acts."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape

from cluster.rehearsal import events as words
from cluster.rehearsal.calls import (
    FLEET,
    UNTRIED,
    Environment,
    facts,
    of_fleet,
    several,
    tags,
)
from cluster.rehearsal.events import Events
from cluster.rehearsal.faults import Faults, Refusal

Start = Callable[..., Any]
App = Callable[[Environment, Start], Iterable[bytes]]
READS = ("Describe", "Get", "List", "Validate")
# As Ray's launcher tells how far it is with an instance.
STATUS = "ray-node-status"
INSTANCE = re.compile(r"<instanceId>(i-[0-9a-f]+)</instanceId>")
CODE = re.compile(r"<Code>([^<]+)</Code>")
# Of a call whose caller only wants to know whether it may.
DRY = "DryRunOperation"
HERE = "this machine"


class Gate:
    """A WSGI application around another.

    Args:
        app: that answers what is let through.
        control: answers what is below `/rehearsal/`.
        events: where calls are written down.
        faults: what is to go wrong.
        changed: is called when something may have changed.
        role: gives the role of the instance that has an address; empty for none.
    """

    def __init__(
        self,
        app: App,
        control: App,
        events: Events,
        faults: Faults,
        changed: Callable[[], None],
        role: Callable[[str], str],
    ) -> None:
        self._app = app
        self._control = control
        self._events = events
        self._faults = faults
        self._changed = changed
        self._role = role

    def __call__(self, environment: Environment, start: Start) -> Iterable[bytes]:
        """Answer a request."""
        if environment["PATH_INFO"].startswith("/rehearsal/"):
            return self._control(environment, start)
        call, form = facts(environment)
        # Not by the key, as all have the object store's.
        call["role"] = self._role(environment.get("REMOTE_ADDR", ""))
        of_ec2 = call["service"] == "ec2"
        if of_ec2 and (refusal := self._faults.refusal(call)):
            self._events.add(words.REFUSED, **_told(call), said=refusal.code)
            return _refuse(refusal, start)
        at, status = time.time(), ""

        def noting(said: str, *rest: Any) -> Any:
            nonlocal status
            status = said
            return start(said, *rest)

        # Read to its end here, so that what has changed has changed by now.
        answer = list(self._app(environment, noting))
        if of_ec2:
            self._write_down(call, form, b"".join(answer).decode(errors="replace"), status, at)
        # S3 has no actions, but methods.
        action, method = call["action"], environment["REQUEST_METHOD"]
        reads = action.startswith(READS) if action else method in ("GET", "HEAD")
        if not reads:
            self._changed()
        return answer

    def _write_down(
        self, call: dict[str, str], form: Mapping[str, str], said: str, status: str, at: float
    ) -> None:
        """Writes down a call that makes, ends, or tells of instances."""
        action = call["action"]
        if action not in (FLEET, "RunInstances", "TerminateInstances", "CreateTags"):
            return
        if not status.startswith("2"):
            code = CODE.search(said)
            if action != "CreateTags" and code and code[1] != DRY:
                self._events.add(words.REFUSED, "", at, **_told(call), said=code[1])
        elif action == "RunInstances":
            made = ",".join(dict.fromkeys(INSTANCE.findall(said)))
            self._events.add(words.ASKED, "", at, **_told(call), instances=made)
        elif action == FLEET:
            self._write_down_fleet(call, said, at)
        elif action == "TerminateInstances":
            for number in several(form, "InstanceId"):
                self._events.add(words.TERMINATED, number, at, by=call["role"] or HERE)
        elif step := tags(form, "Tag").get(STATUS):
            for number in several(form, "ResourceId"):
                self._events.add(step, number, at)

    def _write_down_fleet(self, call: dict[str, str], said: str, at: float) -> None:
        """Writes down what each pool of a fleet said to it."""
        made, refused = of_fleet(said.encode())
        for one in refused:
            if one["said"] == UNTRIED:
                # Nobody was asked there.
                continue
            self._events.add(words.REFUSED, "", at, **{**_told(call), **one})
        for one in made:
            self._events.add(words.ASKED, "", at, **{**_told(call), **one})


def _told(call: Mapping[str, str]) -> dict[str, str]:
    """What is worth to be written down of a call."""
    return {name: value for name, value in call.items() if value and name != "service"}


def _refuse(refusal: Refusal, start: Start) -> Iterable[bytes]:
    """An error as EC2 words it."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error>'
        f"<Code>{refusal.code}</Code><Message>{escape(refusal.message)}</Message>"
        "</Error></Errors><RequestID>rehearsal</RequestID></Response>"
    ).encode()
    headers = [("Content-Type", "text/xml"), ("Content-Length", str(len(body)))]
    start(f"{refusal.status} {refusal.code}", headers)
    return [body]
