"""What is to go wrong, on request: EC2 that has no capacity, no time, or refuses."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from errors import UsageError

CAPACITY, THROTTLE, DENY, SLOW = "capacity", "throttle", "deny", "slow-boot"
KINDS = (CAPACITY, THROTTLE, DENY, SLOW)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something that goes wrong. What is empty holds for all.

    Attributes:
        kind: `capacity`, `throttle`, `deny` or `slow-boot`.
        instance_type: that has no capacity, or boots slowly.
        zone: where.
        market: `spot` or `on-demand`.
        action: that is throttled or denied, `RunInstances`.
        role: whose calls are denied.
        seconds: that a boot takes longer.
        until: when it ends, in seconds since 1970; 0 for never.
    """

    kind: str
    instance_type: str = ""
    zone: str = ""
    market: str = ""
    action: str = ""
    role: str = ""
    seconds: float = 0.0
    until: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UsageError(f"'{self.kind}' is no fault: choose {', '.join(KINDS)}")

    def concerns(self, facts: Mapping[str, str]) -> bool:
        """Whether it is of this call or machine, by what is known of that."""
        return all(
            wanted in ("", facts.get(name, ""))
            for name, wanted in (
                ("instance_type", self.instance_type),
                ("zone", self.zone),
                ("market", self.market),
                ("action", self.action),
                ("role", self.role),
            )
        )


@dataclass(frozen=True)
class Refusal:
    """What AWS answers instead."""

    status: int
    code: str
    message: str


class Faults:
    """What goes wrong at present."""

    def __init__(self) -> None:
        self._faults: tuple[Fault, ...] = ()
        self._lock = threading.Lock()

    @property
    def now(self) -> tuple[Fault, ...]:
        """Those that have not ended."""
        present = time.time()
        with self._lock:
            self._faults = tuple(one for one in self._faults if not 0 < one.until < present)
            return self._faults

    def add(self, fault: Fault, seconds: float = 0.0) -> None:
        """Lets something go wrong from now on; for so many seconds, where that is not 0."""
        lasting = replace(fault, until=time.time() + seconds) if seconds else fault
        with self._lock:
            self._faults = (*self._faults, lasting)

    def clear(self, kind: str = "") -> None:
        """Ends all, or all of a kind."""
        with self._lock:
            self._faults = tuple(one for one in self._faults if kind not in ("", one.kind))

    def refusal(self, facts: Mapping[str, str]) -> Refusal | None:
        """What AWS answers to a call; None where nothing is wrong with it.

        Args:
            facts: `action`, `role`, and of RunInstances `instance_type`, `zone` and `market`.
        """
        for fault in self.now:
            if fault.kind == SLOW or not fault.concerns(facts):
                continue
            if fault.kind == CAPACITY and facts.get("action") == "RunInstances":
                return no_capacity(facts)
            if fault.kind == THROTTLE:
                return Refusal(503, "RequestLimitExceeded", "Request limit exceeded.")
            if fault.kind == DENY:
                return denied(facts)
        return None

    def delay(self, facts: Mapping[str, str]) -> float:
        """By how many seconds a machine boots later."""
        slow = [one for one in self.now if one.kind == SLOW and one.concerns(facts)]
        return max((one.seconds for one in slow), default=0.0)


def no_capacity(facts: Mapping[str, str]) -> Refusal:
    """As EC2 says it."""
    return Refusal(
        500,
        "InsufficientInstanceCapacity",
        f"We currently do not have sufficient {facts.get('instance_type', '')} capacity in the "
        f"Availability Zone you requested ({facts.get('zone', '')}). Our system will be working on "
        "provisioning additional capacity.",
    )


def denied(facts: Mapping[str, str]) -> Refusal:
    """As EC2 says it."""
    return Refusal(
        403,
        "UnauthorizedOperation",
        "You are not authorized to perform this operation. User: arn:aws:sts::123456789012:"
        f"assumed-role/{facts.get('role', '')}/rehearsal is not authorized to perform: "
        f"ec2:{facts.get('action', '')}",
    )
