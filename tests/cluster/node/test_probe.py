"""What the probe answers about a node."""

from __future__ import annotations

import time
from http import HTTPStatus
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from cluster.node.probe import SECONDS_BETWEEN, SECONDS_FOR_A_TASK, Node, Probe, serve

LATELY = 5.0
LONG_AGO = SECONDS_BETWEEN + SECONDS_FOR_A_TASK + 1


def probe_of(node: Node) -> Probe:
    probe = Probe()
    probe._nodes["10.0.0.1"] = node
    return probe


def test_a_node_whose_task_came_back_is_well() -> None:
    node = Node(answered=time.monotonic() - LATELY, arch="aarch64")
    assert probe_of(node).verdict("10.0.0.1") == (HTTPStatus.OK, "a task ran on aarch64 5 s ago")


@pytest.mark.parametrize("age", [None, LONG_AGO])
def test_a_node_whose_task_did_not_come_back_is_not_well(age: float | None) -> None:
    answered = 0.0 if age is None else time.monotonic() - age
    status, said = probe_of(Node(answered=answered, reason="why")).verdict("10.0.0.1")
    assert (status, said) == (HTTPStatus.SERVICE_UNAVAILABLE, "why")


def test_what_is_asked_over_http_is_answered() -> None:
    server = serve(probe_of(Node(answered=time.monotonic(), arch="x86_64")), 0)
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        assert urlopen(f"{address}/10.0.0.1").status == HTTPStatus.OK  # noqa: S310
        with pytest.raises(HTTPError, match="503"):
            urlopen(f"{address}/10.0.0.2")  # noqa: S310
    finally:
        server.shutdown()
        server.server_close()
