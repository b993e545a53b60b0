"""Having this node drained: asked of Ray again and again, until it accepts or time is over."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import dataclass
from typing import Any

from cluster.node.watch.asking import Asking
from cluster.node.watch.log import tell
from cluster.node.watch.metrics import Metrics

# Where the notice comes late, or says no time that is left.
LEAST_SECONDS = 10.0
SECONDS_FOR_AN_ATTEMPT = 30.0
SECONDS_BETWEEN = 1.0
# Where no end is set, nothing presses.
SECONDS_BETWEEN_AT_LEISURE = 10.0


@dataclass(frozen=True)
class Attempt:
    """A process that asks, and since when."""

    process: subprocess.Popen[str]
    began: float


class Drain:
    """The attempts to have the node drained.

    Args:
        asking: begins to ask.
        seconds: until the node ends; None if that is not known.
        message: for Ray's log.
        metrics: to count in.
        now: in seconds since 1970, by a clock that the head's is likely to agree with: that of who
            gave the notice. This node's own where there is none.
    """

    def __init__(
        self,
        asking: Asking,
        seconds: float | None,
        message: str,
        metrics: Metrics,
        now: float | None = None,
    ) -> None:
        self._asking, self._message, self._metrics = asking, message, metrics
        self._began = time.monotonic()
        self._ahead = (time.time() if now is None else now) - self._began
        # From here on by the monotonic clock, which no correction of the time of day moves.
        self._ends = None if seconds is None else self._began + seconds
        self._attempt: Attempt | None = None
        self._count, self._next, self._why = 0, 0.0, ""
        self.over = False

    def step(self) -> None:
        """Goes on, without waiting: begins an attempt, or takes in what came of one."""
        if self.over:
            return
        now = time.monotonic()
        if self._attempt is not None:
            self._look_after(self._attempt, now)
        elif self._ends is not None and now > max(self._ends, self._began + LEAST_SECONDS):
            self.over = True
            self._metrics.failed += 1
            tell("drain-given-up", attempts=self._count, why=self._why)
        elif now >= self._next:
            self._begin(now)

    def close(self) -> None:
        """Ends an attempt that is under way."""
        self.over = True
        if self._attempt is not None:
            self._attempt.process.kill()
            self._attempt.process.communicate()
            self._attempt = None

    def _begin(self, now: float) -> None:
        self._count += 1
        left = None if self._ends is None else round(max(0.0, self._ends - now), 1)
        try:
            process = self._asking.begin(
                {"message": self._message, "seconds": left, "now": self._ahead + now}
            )
        except OSError as error:
            # No process or no memory is left for it.
            self._failed(f"cannot start: {error}", now)
        else:
            self._attempt = Attempt(process, now)

    def _look_after(self, attempt: Attempt, now: float) -> None:
        late = now - attempt.began > SECONDS_FOR_AN_ATTEMPT
        if attempt.process.poll() is None and not late:
            return
        self._attempt = None
        # Nothing, where it has ended.
        attempt.process.kill()
        said, _ = attempt.process.communicate()
        told = _last(said)
        if attempt.process.returncode == 0 and "node" in told:
            self.over = True
            self._metrics.accepted += 1
            took = round(float(told["at"]) - self._began, 3)
            tell("drain-accepted", node=told["node"], seconds=took, attempts=self._count)
        elif late:
            self._failed(f"no answer within {SECONDS_FOR_AN_ATTEMPT:.0f} s", now)
        else:
            code = attempt.process.returncode
            self._failed(str(told.get("why") or f"ended with {code}, as said above"), now)

    def _failed(self, why: str, now: float) -> None:
        if why != self._why:
            tell("drain-attempt-failed", attempt=self._count, why=why)
        self._why = why
        at_leisure = self._ends is None
        self._next = now + (SECONDS_BETWEEN_AT_LEISURE if at_leisure else SECONDS_BETWEEN)


def _last(said: str) -> dict[str, Any]:
    """What the last line of an attempt holds; nothing where it is no object of JSON's."""
    try:
        told = json.loads(said.strip().rpartition("\n")[2])
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
