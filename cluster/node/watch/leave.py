"""Asks Ray to drain this node: `python -m cluster.node.watch.leave --head IP:6379`.

What to ask is a line of JSON on its stdin: `message`, for Ray's log, `seconds` until the node ends,
null if that is not known, and `now`, the time by EC2's clock in seconds since 1970. With `--ready`
it imports Ray before it reads that line; without, not before the head answers.

In a process of its own: it imports Ray, whose client may wait without end, or end its process,
where the head is gone. What came of it is said in a line of JSON; the exit code is 0 when Ray has
accepted. This is what `ray drain-node` does, without the seconds that its command line takes.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import time
from collections.abc import Iterable
from importlib import import_module
from typing import Any

from errors import ServiceError

SECONDS_TO_CONNECT = 2.0
SECONDS_TO_ANSWER = 10.0


def own_address(head: str) -> str:
    """The address of this node as the head sees it, by which Ray calls it too.

    Raises:
        ServiceError: nothing listens at the head's address.
    """
    host, _, port = head.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=SECONDS_TO_CONNECT) as way:
            return str(way.getsockname()[0])
    except OSError as error:
        raise ServiceError(f"the head does not answer at {head}: {error}") from error


def drain(head: str, seconds: float | None, message: str, now: float) -> str:
    """Has Ray drain this node.

    Args:
        head: its address, `IP:PORT`.
        seconds: until the node ends; None if that is not known.
        message: for Ray's log.
        now: in seconds since 1970. Ray compares the deadline that comes of it with the head's
            clock, and takes a node that ends before it for one that failed.

    Returns:
        the node's id.

    Raises:
        ServiceError: Ray does not answer, has no such node, or refuses.
    """
    address = own_address(head)
    # Only here, as the head may be away for many attempts.
    ray = _Ray()
    try:
        client = ray.raylet.GcsClient(address=head)
        there = client.get_all_node_info(
            timeout=SECONDS_TO_ANSWER, state_filter=ray.states.GcsNodeInfo.GcsNodeState.ALIVE
        )
        node = _newest(there.values(), address)
        # Ray takes 0 for no deadline.
        deadline = 0 if seconds is None else int((now + max(seconds, 1.0)) * 1000)
        reason = ray.reasons.DrainNodeReason.Value("DRAIN_NODE_REASON_PREEMPTION")
        accepted, why = client.drain_node(node, reason, message, deadline)
    except (ray.error, RuntimeError) as error:
        raise ServiceError(f"Ray at {head} does not answer: {error}") from error
    if not accepted:
        raise ServiceError(f"Ray refused: {why}")
    return node


class _Ray:
    """What is needed of Ray, imported when it is made."""

    def __init__(self) -> None:
        from ray.exceptions import RayError

        self.error = RayError
        # These have no types.
        self.raylet: Any = import_module("ray._raylet")
        self.reasons: Any = import_module("ray.core.generated.autoscaler_pb2")
        self.states: Any = import_module("ray.core.generated.gcs_pb2")


def _newest(nodes: Iterable[Any], address: str) -> str:
    """The id of the node at an address; of two, where Ray was started again, the one that is new.

    Raises:
        ServiceError: there is none.
    """
    ours = [one for one in nodes if one.node_manager_address == address]
    if not ours:
        raise ServiceError(f"Ray has no living node at {address}")
    return str(max(ours, key=lambda one: one.start_time_ms).node_id.hex())


def main() -> int:
    """Asks once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--head", required=True)
    parser.add_argument("--ready", action="store_true")
    given = parser.parse_args()
    if given.ready:
        _Ray()
    asked = sys.stdin.readline()
    if not asked:
        # Who might have asked is gone.
        return 1
    request = json.loads(asked)
    try:
        node = drain(given.head, request["seconds"], request["message"], request["now"])
    except ServiceError as error:
        print(json.dumps({"why": str(error)}))
        return 1
    # The clock is the machine's, and so also that of who started this.
    print(json.dumps({"node": node, "at": time.monotonic()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
