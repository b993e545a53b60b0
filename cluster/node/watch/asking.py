"""Asking Ray to drain this node, in a process that is ready for it before it has to."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from cluster.node.watch.metadata import Metadata
from errors import ServiceError

LIFE_CYCLE = "instance-life-cycle"
SPOT = "spot"
# A node that has just joined has better things to do.
SECONDS_UNTIL_READY = 10.0
READY = "--ready"


def command(head: str) -> list[str]:
    """The command that asks once; see `leave`."""
    return [sys.executable, "-m", "cluster.node.watch.leave", "--head", head]


class Asking:
    """Processes that ask, each once.

    Args:
        command: of one; it reads what to ask from its stdin.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._ready: subprocess.Popen[str] | None = None

    def prepare(self) -> None:
        """Starts the process that is to ask next: importing Ray takes seconds on a busy node.

        Raises:
            OSError: no process or no memory is left for it.
        """
        if self._ready is None:
            self._ready = _started([*self._command, READY])

    def begin(self, request: Mapping[str, object]) -> subprocess.Popen[str]:
        """A process that asks; the last line of its stdout says what came of it.

        Raises:
            OSError: no process or no memory is left for it.
        """
        process, self._ready = self._ready, None
        if process is not None and _told(process, request):
            return process
        process = _started(self._command)
        _told(process, request)
        return process

    def close(self) -> None:
        """Leaves no process that waits."""
        process, self._ready = self._ready, None
        if process is not None:
            _end(process)


class Readiness:
    """Prepares to ask, once, on a spot instance: EC2 takes back no other.

    Args:
        asking: to prepare.
        metadata: tells what the instance is.
    """

    def __init__(self, asking: Asking, metadata: Metadata) -> None:
        self._asking, self._metadata = asking, metadata
        self._due: float | None = time.monotonic() + SECONDS_UNTIL_READY

    def step(self) -> None:
        """Does so when it is time; what does not succeed is tried again at the next step."""
        if self._due is None or time.monotonic() < self._due:
            return
        try:
            answer = self._metadata.get(LIFE_CYCLE)
            if answer is not None and answer.text == SPOT:
                self._asking.prepare()
        except (ServiceError, OSError):
            # The metadata service's trouble is told by who looks for notices there. Without a
            # process that is ready, one is started when there is something to ask.
            return
        self._due = None


def _started(command: Sequence[str]) -> subprocess.Popen[str]:
    # Its stderr goes to the log as it is.
    return subprocess.Popen(list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _told(process: subprocess.Popen[str], request: Mapping[str, object]) -> bool:
    """Says what to ask; gives whether there was anybody to hear it."""
    assert process.stdin is not None  # noqa: S101 - as it was started
    try:
        process.stdin.write(f"{json.dumps(request)}\n")
        process.stdin.flush()
    except BrokenPipeError:
        _end(process)
        return False
    return True


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()
