"""What is to go wrong, on request: EC2 that has no capacity, no such type, no time, or refuses."""

from __future__ import annotations

import math
import random
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from botocore.session import Session

from cluster.instances import instance
from errors import UsageError

CAPACITY, OFFER, THROTTLE, DENY, SLOW = "capacity", "offer", "throttle", "deny", "slow-boot"
# What each kind may be narrowed down to.
MACHINE = ("instance_type", "zone", "market")
KINDS = {
    CAPACITY: (*MACHINE, "room"),
    OFFER: ("instance_type", "zone"),
    THROTTLE: ("action", "role", "share"),
    DENY: ("action", "role"),
    SLOW: (*MACHINE, "seconds"),
}
MARKETS = ("spot", "on-demand")
ZONE = re.compile(r"[a-z]{2}(-[a-z]+)+-\d+[a-z]")
# Longer than anybody waits for a machine.
MOST_SECONDS = 3600.0


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something that goes wrong. What is empty holds for all.

    Attributes:
        kind: `capacity`, `offer`, `throttle`, `deny` or `slow-boot`.
        instance_type: that has no capacity, is not offered, or boots slowly.
        zone: where.
        market: `spot` or `on-demand`.
        action: that is throttled or denied, `RunInstances`.
        role: whose calls are refused, by its name or the last word of it: `head`.
        share: of the calls that are throttled, 0 to 1.
        room: how many instances there is capacity for yet, before there is none.
        seconds: that a boot takes longer.
        until: when it ends, in seconds since 1970; 0 for never.

    Raises:
        UsageError: there is no such fault, or it takes no such value.
    """

    kind: str
    instance_type: str = ""
    zone: str = ""
    market: str = ""
    action: str = ""
    role: str = ""
    share: float = 1.0
    room: int = 0
    seconds: float = 0.0
    until: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UsageError(f"'{self.kind}' is no fault: choose {', '.join(KINDS)}")
        self._check_meaning()
        if self.instance_type:
            instance(self.instance_type)
        if self.market not in ("", *MARKETS):
            raise UsageError(f"'{self.market}' is no market: choose {' or '.join(MARKETS)}")
        if self.zone and not ZONE.fullmatch(self.zone):
            raise UsageError(f"'{self.zone}' is no zone: they are named like us-east-1a")
        if self.action and self.action not in actions():
            raise UsageError(f"EC2 has no call '{self.action}': they are named like RunInstances")
        if self.room < 0:
            raise UsageError(f"room for {self.room} instances: choose 0, for none, or more")
        if not 0 < self.share <= 1:
            raise UsageError(f"a share of {self.share:g} of the calls: choose one above 0, up to 1")
        if self.kind == SLOW and not 0 < self.seconds <= MOST_SECONDS:
            raise UsageError(
                f"{SLOW} by {self.seconds:g} seconds: give seconds, up to {MOST_SECONDS:g}"
            )

    def _check_meaning(self) -> None:
        """Refuses what would change nothing, as it was meant to change something."""
        given = {
            **{name: getattr(self, name) for name in (*MACHINE, "action", "role", "seconds")},
            "share": self.share != 1,
            "room": self.room != 0,
        }
        useless = [name for name, value in given.items() if value and name not in KINDS[self.kind]]
        if useless:
            raise UsageError(
                f"{', '.join(useless)} means nothing to {self.kind}, which takes "
                f"{', '.join(KINDS[self.kind])}"
            )

    def concerns(self, facts: Mapping[str, str]) -> bool:
        """Whether it is of this call or machine, by what is known of that."""
        role = facts.get("role", "")
        if self.role and role != self.role and not role.endswith(f"-{self.role}"):
            return False
        return all(
            getattr(self, name) in ("", facts.get(name, "")) for name in (*MACHINE, "action")
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
        # Held from looking at what there is to taking it.
        self._taking = threading.Lock()

    @property
    def now(self) -> tuple[Fault, ...]:
        """Those that have not ended."""
        present = time.time()
        with self._lock:
            self._faults = tuple(one for one in self._faults if not 0 < one.until < present)
            return self._faults

    def add(self, fault: Fault, seconds: float = 0.0) -> None:
        """Lets something go wrong from now on; for so many seconds, where that is not 0.

        Raises:
            UsageError: it would have ended already, or at no time that there is.
        """
        if seconds < 0 or not math.isfinite(seconds):
            raise UsageError(f"a fault for {seconds:g} seconds: choose 0, for always, or more")
        lasting = replace(fault, until=time.time() + seconds) if seconds else fault
        with self._lock:
            self._faults = (*self._faults, lasting)

    def clear(self, kind: str = "") -> int:
        """Ends all, or all of a kind; gives how many those were.

        Raises:
            UsageError: there is no such kind.
        """
        if kind not in ("", *KINDS):
            raise UsageError(f"'{kind}' is no fault: choose {', '.join(KINDS)}")
        before = self.now
        with self._lock:
            self._faults = tuple(one for one in self._faults if kind not in ("", one.kind))
        return sum(kind in ("", one.kind) for one in before)

    def end(self, fault: Fault) -> bool:
        """Ends one that says just this, and no other; gives whether there was one."""
        with self._lock:
            found = list(self._faults)
            if fault not in found:
                return False
            found.remove(fault)
            self._faults = tuple(found)
        return True

    def refusal(self, facts: Mapping[str, str]) -> Refusal | None:
        """What AWS answers to a call; None where nothing is wrong with it.

        Args:
            facts: `action`, `role`, and of RunInstances `instance_type`, `zone`, `market` and
                `count`.
        """
        for fault in self.now:
            if fault.kind in (CAPACITY, OFFER, SLOW) or not fault.concerns(facts):
                continue
            # Which ones is of no account to anybody's secrets.
            if fault.kind == THROTTLE and random.random() < fault.share:  # noqa: S311
                return Refusal(503, "RequestLimitExceeded", "Request limit exceeded.")
            if fault.kind == DENY:
                return denied(facts)
        if facts.get("action") != "RunInstances":
            return None
        if not self._offered(facts):
            return Refusal(400, "Unsupported", not_offered(facts))
        return None if self._take_all(facts) else no_capacity(facts)

    def room(self, facts: Mapping[str, str], count: int) -> tuple[int, str, str]:
        """Takes of so many instances those that there is capacity for.

        Args:
            facts: `instance_type`, `zone` and `market`.
            count: how many are wanted.

        Returns:
            How many there are, and AWS's name and words of why there are no more.
        """
        if not self._offered(facts):
            return 0, "InvalidFleetConfiguration", not_offered(facts)
        lacking = no_capacity(facts)
        with self._taking:
            most = min([count, *(fault.room for fault in self._of_capacity(facts))])
            self._take(facts, most)
        return most, lacking.code, lacking.message

    def _take_all(self, facts: Mapping[str, str]) -> bool:
        """Takes as many as a RunInstances asks for, or none; whether there were as many."""
        count = int(facts.get("count", "1"))
        with self._taking:
            enough = all(fault.room >= count for fault in self._of_capacity(facts))
            if enough:
                self._take(facts, count)
        return enough

    def _offered(self, facts: Mapping[str, str]) -> bool:
        return not any(one.kind == OFFER and one.concerns(facts) for one in self.now)

    def _of_capacity(self, facts: Mapping[str, str]) -> list[Fault]:
        return [one for one in self.now if one.kind == CAPACITY and one.concerns(facts)]

    def _take(self, facts: Mapping[str, str], count: int) -> None:
        """Leaves as many fewer in each pool that they come from."""
        with self._lock:
            self._faults = tuple(
                replace(one, room=one.room - count)
                if one.kind == CAPACITY and one.concerns(facts)
                else one
                for one in self._faults
            )

    def delay(self, facts: Mapping[str, str]) -> float:
        """By how many seconds a machine boots later."""
        slow = [one for one in self.now if one.kind == SLOW and one.concerns(facts)]
        return max((one.seconds for one in slow), default=0.0)


@cache
def actions() -> frozenset[str]:
    """The calls that EC2 has."""
    return frozenset(Session().get_service_model("ec2").operation_names)


def no_capacity(facts: Mapping[str, str]) -> Refusal:
    """As EC2 says it, which has other words for spot."""
    if facts.get("market") == "spot":
        message = "There is no Spot capacity available that matches your request."
    else:
        message = (
            f"We currently do not have sufficient {facts.get('instance_type', '')} capacity in the "
            f"Availability Zone you requested ({facts.get('zone', '')}). Our system will be "
            "working on provisioning additional capacity."
        )
    return Refusal(500, "InsufficientInstanceCapacity", message)


def not_offered(facts: Mapping[str, str]) -> str:
    """EC2's words for it."""
    return (
        f"Your requested instance type ({facts.get('instance_type', '')}) is not supported in your "
        f"requested Availability Zone ({facts.get('zone', '')})."
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
