"""Watches on this node for as long as it lives."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from cluster.node.watch import hook, metrics, single
from cluster.node.watch.asking import Asking, Readiness, command
from cluster.node.watch.drain import Drain
from cluster.node.watch.log import tell
from cluster.node.watch.metadata import Metadata, endpoint
from cluster.node.watch.watcher import Watcher, Wishes
from errors import RayOnAwsError

REBALANCE = "RAY_ON_AWS_REBALANCE"
LOG, DRAIN = "log", "drain"
SECONDS_BETWEEN = 1.0


def main() -> int:
    """Watches until it is ended, as by another one that takes its place."""
    parser = argparse.ArgumentParser(prog="python -m cluster.node.watch")
    parser.add_argument("--head", required=True, help="the address of Ray's head, IP:PORT")
    parser.add_argument(
        "--metrics",
        default=f"127.0.0.1:{metrics.PORT}",
        help="where Prometheus may ask, HOST:PORT (default: %(default)s)",
    )
    parser.add_argument(
        "--pid-file",
        type=Path,
        default=single.FILE,
        help="with the number of the watcher that runs, of which there is one (%(default)s)",
    )
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        _watch(given.head, given.metrics, given.pid_file)
    except RayOnAwsError as error:
        tell("failed", why=str(error))
        return error.exit_code
    return 0


def _watch(head: str, served_at: str, pid_file: Path) -> None:
    wishes = Wishes(
        leave_when_recommended=_leaves_when_recommended(), hook=os.environ.get(hook.VARIABLE, "")
    )
    metadata, counts, asking = Metadata(endpoint()), metrics.Metrics(), Asking(command(head))
    # Kept open, as the lock goes with it.
    with single.alone(pid_file):
        tell("started", pid=os.getpid(), head=head, metadata=endpoint())
        _serve(counts, served_at)
        watcher = Watcher(
            metadata,
            lambda seconds, message, now: Drain(asking, seconds, message, counts, now),
            counts,
            wishes,
        )
        readiness, step = Readiness(asking, metadata), Turns()
        try:
            while True:
                began = time.monotonic()
                step(watcher.step)
                step(readiness.step)
                time.sleep(max(0.0, SECONDS_BETWEEN - (time.monotonic() - began)))
        finally:
            watcher.close()
            asking.close()
            tell("ended", pid=os.getpid())


class Turns:
    """Goes on whatever happens: a node that nobody watches loses more than a turn."""

    def __init__(self) -> None:
        self._told = ""

    def __call__(self, turn: Callable[[], None]) -> None:
        """Takes a turn; what it could not do is told once, and again when it is something else."""
        try:
            turn()
        except Exception as error:  # noqa: BLE001 - the next turn may do better
            if (why := repr(error)) != self._told:
                self._told = why
                tell("turn-failed", why=why)


def _leaves_when_recommended() -> bool:
    """By the environment; a word that is none of ours must not leave the node unwatched."""
    said = os.environ.get(REBALANCE) or LOG
    if said not in (LOG, DRAIN):
        tell("setting-ignored", setting=REBALANCE, why=f"'{said}' is neither {LOG} nor {DRAIN}")
    return said == DRAIN


def _serve(counts: metrics.Metrics, at: str) -> None:
    """Metrics are good to have; without them the node is watched all the same."""
    host, _, port = at.rpartition(":")
    try:
        metrics.serve(counts, host, int(port))
    except (OSError, ValueError, OverflowError) as error:
        tell("no-metrics", at=at, why=str(error))


if __name__ == "__main__":
    sys.exit(main())
