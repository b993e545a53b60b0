"""Whether each node of the cluster runs tasks: `python -m cluster.node.probe`, on the head node.

It runs a small task on every node now and then, and answers `GET /IP` with 200 when the task of
that node came back, and with 503 and the reason when it did not. Nodes ask it for their health
checks, since asking Ray themselves would start a Python, and import Ray, for each question: seconds
of work, and a minute on a node that is emulated.
"""

from __future__ import annotations

import logging
import os
import platform
import signal
import sys
import threading
import time
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PORT = 8264
# A node that runs tasks is asked seldom, one that does not run them yet often.
SECONDS_BETWEEN = 20.0
SECONDS_BETWEEN_LOOKS = 0.25
SECONDS_FOR_A_TASK = 60.0


@dataclass
class Node:
    """A node as last seen: `answered` is when its task came back, on the monotonic clock."""

    asked: float = 0.0
    answered: float = 0.0
    arch: str = ""
    pending: Any = None
    reason: str = "no task has come back yet"


class Probe:
    """The nodes, and the tasks that are out on them."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}

    def verdict(self, ip: str) -> tuple[HTTPStatus, str]:
        """What to answer about a node."""
        node = self._nodes.get(ip)
        if node is None:
            return HTTPStatus.SERVICE_UNAVAILABLE, f"Ray has no living node {ip}"
        age = time.monotonic() - node.answered
        if not node.answered or age > SECONDS_BETWEEN + SECONDS_FOR_A_TASK:
            return HTTPStatus.SERVICE_UNAVAILABLE, node.reason
        return HTTPStatus.OK, f"a task ran on {node.arch} {age:.0f} s ago"

    def look(self) -> None:
        """Takes in what has come back, and sends tasks to nodes whose turn it is."""
        import ray

        there = ray.nodes()  # type: ignore[no-untyped-call]
        alive = {one["NodeManagerAddress"]: one["NodeID"] for one in there if one["Alive"]}
        for gone in self._nodes.keys() - alive.keys():
            del self._nodes[gone]
        for ip, node_id in alive.items():
            self._look_at(self._nodes.setdefault(ip, Node()), node_id)

    def _look_at(self, node: Node, node_id: str) -> None:
        import ray
        from ray.exceptions import RayError

        now = time.monotonic()
        if node.pending is None:
            if now - node.answered >= SECONDS_BETWEEN or not node.answered:
                node.pending, node.asked = _send(node_id), now
            return
        done, _ = ray.wait([node.pending], timeout=0)
        if done:
            try:
                node.arch = ray.get(node.pending)
                node.answered = now
            except RayError as error:
                node.reason = f"its task failed: {str(error).splitlines()[0]}"
            node.pending = None
        elif now - node.asked > SECONDS_FOR_A_TASK:
            node.reason = f"its task did not come back within {SECONDS_FOR_A_TASK:.0f} s"


def _send(node_id: str) -> Any:
    """Starts the task on a node, and on no other one."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    pinned = NodeAffinitySchedulingStrategy(node_id, soft=False)
    # No CPU, so that it runs beside whatever work the node has.
    return ray.remote(platform.machine).options(num_cpus=0, scheduling_strategy=pinned).remote()


def serve(probe: Probe, port: int) -> ThreadingHTTPServer:
    """Answers on every interface, in a thread of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, text = probe.verdict(self.path.strip("/"))
            body = f"{text}\n".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing: there is a question every few seconds."""

    server = ThreadingHTTPServer(("", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main() -> int:
    """Probes the cluster of this node for as long as it lives."""
    import ray

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    probe = Probe()
    serve(probe, PORT)
    _connect()
    while ray.is_initialized():
        probe.look()
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return 1


def _connect() -> None:
    """Joins the Ray that is being started beside this process."""
    import ray

    while True:
        try:
            ray.init(
                os.environ.get("RAY_ADDRESS", "127.0.0.1:6379"),
                namespace="probe",
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
        except ConnectionError:
            time.sleep(SECONDS_BETWEEN_LOOKS)
        else:
            return


if __name__ == "__main__":
    sys.exit(main())
