"""What stands before moto: it writes calls down, lets go wrong what is to, and wakes who acts."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends

from cluster.rehearsal.events import Events
from cluster.rehearsal.faults import Faults, Refusal

Environment = dict[str, Any]
Start = Callable[..., Any]
App = Callable[[Environment, Start], Iterable[bytes]]
# As in `Credential=KEY/DAY/REGION/SERVICE/aws4_request`.
SIGNED = re.compile(r"Credential=[^/]+/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/")
READS = ("Describe", "Get", "List", "Validate")


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
        call = _call(environment)
        # Not by the key, as all have the object store's.
        call["role"] = self._role(environment.get("REMOTE_ADDR", ""))
        action, method = call.get("action", ""), environment["REQUEST_METHOD"]
        if call.get("service") == "ec2":
            if refusal := self._faults.refusal(call):
                self._events.add("refused", said=refusal.code, **call)
                return _refuse(refusal, start)
            if action == "RunInstances":
                self._events.add("asked for", **call)
        # Read to its end here, so that what has changed has changed by now.
        answer = list(self._app(environment, start))
        # S3 has no actions, but methods.
        reads = action.startswith(READS) if action else method in ("GET", "HEAD")
        if not reads:
            self._changed()
        return answer


def _call(environment: Environment) -> dict[str, str]:
    """What is known of a call: its service and action, and of RunInstances what it asks for."""
    signed = SIGNED.search(environment.get("HTTP_AUTHORIZATION", ""))
    known = {"service": signed["service"] if signed else ""}
    target = environment.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return known | {"action": target.rpartition(".")[2]}
    if "x-www-form-urlencoded" not in environment.get("CONTENT_TYPE", ""):
        return known
    length = int(environment.get("CONTENT_LENGTH") or 0)
    body = environment["wsgi.input"].read(length)
    environment["wsgi.input"] = io.BytesIO(body)
    fields = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    known["action"] = fields.get("Action", "")
    if known["action"] == "RunInstances" and signed:
        known |= _wanted(fields, signed["region"])
    return known


def _wanted(fields: dict[str, str], region: str) -> dict[str, str]:
    """What a RunInstances asks for."""
    subnet = fields.get("SubnetId") or fields.get("NetworkInterface.1.SubnetId", "")
    backend = ec2_backends[DEFAULT_ACCOUNT_ID][region]
    found = [one for one in backend.describe_subnets() if one.id == subnet]
    return {
        "instance_type": fields.get("InstanceType", ""),
        "market": fields.get("InstanceMarketOptions.MarketType", "on-demand"),
        "zone": found[0].availability_zone if found else "",
        "count": fields.get("MaxCount", "1"),
    }


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
