"""What is done with what EC2 says."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from cluster.node.watch import hook, notice
from cluster.node.watch.drain import Drain
from cluster.node.watch.log import tell
from cluster.node.watch.metadata import Metadata
from cluster.node.watch.metrics import Metrics
from errors import ServiceError

# Of the turns, a second each, every so many looks for a recommendation, which does not press.
TURNS_A_RECOMMENDATION = 5
# An outage is told once; many short ones not each.
SECONDS_BETWEEN_TROUBLE = 60.0

Drains = Callable[[float | None, str, float | None], Drain]


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the user may choose.

    Attributes:
        leave_when_recommended: drain at a rebalance recommendation already.
        hook: the command that is told; empty for none.
    """

    leave_when_recommended: bool = False
    hook: str = ""


class Watcher:
    """Looks, a turn at a time, and keeps what was seen.

    Args:
        metadata: the service to look at.
        drains: begins to drain the node, given the seconds left, a message, and the time by the
            clock of the service, where there is one.
        metrics: to count in.
        wishes: of the user's.
    """

    def __init__(
        self, metadata: Metadata, drains: Drains, metrics: Metrics, wishes: Wishes
    ) -> None:
        self._metadata, self._drains, self._metrics = metadata, drains, metrics
        self._wishes = wishes
        self._turn = 0
        self._notice: notice.Notice | None = None
        self._recommended = ""
        self._drain: Drain | None = None
        self._trouble_since: float | None = None
        self._trouble_told = -SECONDS_BETWEEN_TROUBLE

    def step(self) -> None:
        """A turn, to be taken about once a second."""
        try:
            self._look_for_notice()
            if self._turn % TURNS_A_RECOMMENDATION == 0:
                self._look_for_recommendation()
        except ServiceError as error:
            self._trouble(str(error))
        else:
            self._well()
        self._turn += 1
        if self._drain is not None:
            self._drain.step()

    def close(self) -> None:
        """Leaves nothing running."""
        if self._drain is not None:
            self._drain.close()

    def _look_for_notice(self) -> None:
        answer = self._metadata.get(notice.ACTION)
        found = notice.notice(answer) if answer else None
        if found == self._notice:
            return
        if found is None or answer is None:
            self._withdrawn()
            return
        self._notice = found
        self._metrics.notices += 1
        left = found.seconds_left(answer.at)
        told = {"action": found.action, "time": found.time, "seconds_left": round(left, 1)}
        # First of all: what is told and who is told can wait.
        message = f"EC2 is to {found.action} this instance at {found.time or 'once'}"
        self._leave(left, message, answer.at)
        tell("notice", **told)
        self._call_hook({"kind": "interruption", **told})

    def _withdrawn(self) -> None:
        """Ray cannot take a drain back: a node that was drained leaves once it is idle."""
        waiting = self._drain is not None and not self._drain.over
        tell("notice-withdrawn", drained=not waiting)
        self._notice = None
        if self._drain is not None:
            self._drain.close()

    def _look_for_recommendation(self) -> None:
        answer = self._metadata.get(notice.REBALANCE)
        if answer is None or answer.text == self._recommended:
            return
        at = notice.recommended_at(answer)
        self._recommended = answer.text
        self._metrics.recommendations += 1
        leaves = self._wishes.leave_when_recommended
        # After a notice there is a drain already, which knows its deadline.
        if leaves and self._notice is None:
            self._leave(None, f"EC2 recommended at {at} to leave this instance")
        tell("rebalance-recommended", time=at, drains=leaves)
        self._call_hook({"kind": "rebalance", "time": at})

    def _leave(self, seconds: float | None, message: str, now: float | None = None) -> None:
        self.close()
        self._drain = self._drains(seconds, message, now)
        self._drain.step()

    def _call_hook(self, told: dict[str, object]) -> None:
        if self._wishes.hook:
            hook.call(self._wishes.hook, told)

    def _trouble(self, why: str) -> None:
        now = time.monotonic()
        self._metrics.errors += 1
        if self._trouble_since is None:
            self._trouble_since = now
            if now - self._trouble_told >= SECONDS_BETWEEN_TROUBLE:
                self._trouble_told = now
                tell("metadata-trouble", why=why)

    def _well(self) -> None:
        now = time.monotonic()
        self._metrics.polled = now
        if self._trouble_since is not None:
            if self._trouble_told >= self._trouble_since:
                tell("metadata-back", seconds=round(now - self._trouble_since, 1))
            self._trouble_since = None
