"""DescribeInstanceStatus says how an instance is; to moto, each that runs is well at once.

As on EC2: the checks are under way until the machine can be reached, and that of the instance fails
when it hangs. That of the system below it does not: a container has no hardware that fails alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.ec2.models.instances import Instance

INITIALIZING, PASSED, FAILED = "initializing", "passed", "failed"
SUMMARY = {INITIALIZING: "initializing", PASSED: "ok", FAILED: "impaired"}
RUNNING = 16


def well(_number: str) -> str:
    """What moto says of each."""
    return PASSED


class Checks:
    """Who says how instances are."""

    reachability: Callable[[str], str] = staticmethod(well)


def fill() -> None:
    """Let the two checks say what was seen."""
    patched: Any = Instance
    patched.instance_status = property(instance_status)
    patched.system_status = property(system_status)


def ask(reachability: Callable[[str], str]) -> None:
    """Let somebody say from now on how the instance of an id is: one of the three above."""
    Checks.reachability = staticmethod(reachability)


def instance_status(self: Instance) -> dict[str, Any]:
    """Whether the machine answers."""
    return _told(self, Checks.reachability(self.id))


def system_status(self: Instance) -> dict[str, Any]:
    """Whether what is below it works, which it does."""
    seen = Checks.reachability(self.id)
    return _told(self, PASSED if seen == FAILED else seen)


def _told(instance: Instance, seen: str) -> dict[str, Any]:
    if instance.state_code != RUNNING:
        return {"Status": "not-applicable"}
    check: dict[str, Any] = {"Name": "reachability", "Status": seen}
    if seen == FAILED:
        check["ImpairedSince"] = datetime.now(UTC)
    return {"Details": [check], "Status": SUMMARY[seen]}
