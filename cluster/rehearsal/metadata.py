"""The metadata service of instances, version 2 only, as 169.254.169.254 is in each of them.

As strict as EC2's where a config says `HttpTokens: required`: without a token nothing is told, a
token is good for the instance that asked for it and as long as it asked for, and none is handed out
through a proxy. What is not strict is the hop limit: an answer goes as far as it is led.
"""

from __future__ import annotations

import datetime
import json
import secrets
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any

from cluster.rehearsal.machines import Machine

TOKEN = "X-aws-ec2-metadata-token"  # noqa: S105 - the name of a header
SECONDS = f"{TOKEN}-ttl-seconds"
ROLES = "meta-data/iam/security-credentials/"
HOURS_OF_CREDENTIALS = 6
MOST_SECONDS = 21_600
PROXIED = "X-Forwarded-For"
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass
class Notices:
    """What EC2 has to say to an instance before it takes it back."""

    action_at: float = 0.0
    rebalance_at: float = 0.0


class Metadata:
    """The service.

    Args:
        machine: gives the instance that has an address; None where none has.
        keys: that a role is handed, access and secret.
    """

    def __init__(self, machine: Callable[[str], Machine | None], keys: tuple[str, str]) -> None:
        self._machine = machine
        self._keys = keys
        self._tokens: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()
        self.notices: dict[str, Notices] = {}

    def token(self, address: str, seconds: int) -> str:
        """A token for an instance, which is good for so long."""
        made = secrets.token_urlsafe(32)
        now = time.monotonic()
        with self._lock:
            self._tokens = {one: kept for one, kept in self._tokens.items() if kept[1] > now}
            self._tokens[made] = (address, now + seconds)
        return made

    def answer(self, address: str, token: str, path: str) -> tuple[int, str]:
        """The status and text for a path below `/latest/`."""
        with self._lock:
            holder, until = self._tokens.get(token, ("", 0.0))
        if holder != address or until < time.monotonic():
            return 401, ""
        machine = self._machine(address)
        if machine is None:
            return 404, ""
        text = self._text(machine, path.rstrip("/"))
        return (404, "") if text is None else (200, text)

    def _text(self, machine: Machine, path: str) -> str | None:
        facts = {
            "user-data": machine.user_data,
            "meta-data/ami-id": machine.ami,
            "meta-data/instance-id": machine.number,
            "meta-data/instance-life-cycle": machine.market,
            "meta-data/instance-type": machine.instance_type,
            "meta-data/local-ipv4": machine.address,
            "meta-data/placement/availability-zone": machine.zone,
            "meta-data/placement/region": machine.region,
            "meta-data/public-keys/0/openssh-key": machine.key,
            "meta-data/iam/security-credentials": machine.role,
            f"{ROLES}{machine.role}": credentials(self._keys),
            "dynamic/instance-identity/document": identity(machine),
            **self._notices(machine),
        }
        # What is empty, EC2 does not have.
        return facts.get(path) or None

    def _notices(self, machine: Machine) -> dict[str, str]:
        found = self.notices.get(machine.number, Notices())
        told = {}
        if found.action_at:
            at = iso(found.action_at)
            told["meta-data/spot/instance-action"] = json.dumps({"action": "terminate", "time": at})
            told["meta-data/spot/termination-time"] = at
        if found.rebalance_at:
            told["meta-data/events/recommendations/rebalance"] = json.dumps(
                {"noticeTime": iso(found.rebalance_at)}
            )
        return told


def iso(seconds: float) -> str:
    """A time as EC2 writes it."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def credentials(keys: tuple[str, str]) -> str:
    """Keys as EC2 hands them to a role: here those of the object store, which takes no others."""
    now = time.time()
    return json.dumps(
        {
            "Code": "Success",
            "Type": "AWS-HMAC",
            "LastUpdated": iso(now),
            "AccessKeyId": keys[0],
            "SecretAccessKey": keys[1],
            "Token": "rehearsal",
            "Expiration": iso(now + HOURS_OF_CREDENTIALS * 3600),
        }
    )


def identity(machine: Machine) -> str:
    """The identity document."""
    return json.dumps(
        {
            "instanceId": machine.number,
            "instanceType": machine.instance_type,
            "imageId": machine.ami,
            "region": machine.region,
            "availabilityZone": machine.zone,
            "privateIp": machine.address,
            "architecture": {"amd64": "x86_64"}.get(machine.arch, machine.arch),
        }
    )


class _Server(ThreadingHTTPServer):
    """Who does not wait for an answer is no bug of ours: many clients give up after a second."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Writes down what went wrong, unless it is only that nobody listens any more."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def server(service: Metadata, address: tuple[str, int]) -> ThreadingHTTPServer:
    """The service on an address of this machine; it is the caller's to let it serve."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            seconds = self.headers.get(SECONDS, "")
            if PROXIED in self.headers:
                self._answer(403, "")
            elif self.path != "/latest/api/token":
                self._answer(404, "")
            elif not seconds.isdecimal() or not 0 < int(seconds) <= MOST_SECONDS:
                self._answer(400, "")
            else:
                token = service.token(self.client_address[0], int(seconds))
                self._answer(200, token, {SECONDS: seconds})

        def do_GET(self) -> None:
            token = self.headers.get(TOKEN, "")
            path = self.path.removeprefix("/latest/")
            self._answer(*service.answer(self.client_address[0], token, path))

        def _answer(self, status: int, text: str, headers: Mapping[str, str] = NO_HEADERS) -> None:
            body = text.encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing of each request."""

    return _Server(address, Handler)
