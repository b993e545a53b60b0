"""Waiting for workers, against a dashboard that tells of more at each look."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from cluster.aws import joined
from cluster.configs import find
from cluster.launched import Launched
from cluster.nodes import NoAnswerError
from errors import ServiceError

STATUS = "Usage:\n 0.0/8.0 CPU\nPending:\n intel, 1 launching"


def node(number: int) -> dict[str, object]:
    return {
        "node_ip": f"10.0.0.{number}",
        "is_head_node": number == 0,
        "state": "ALIVE",
        "labels": {},
        "resources_total": {},
    }


class Dashboard(BaseHTTPRequestHandler):
    """One more worker at each look, three at most."""

    looks = 0
    # How many of the looks are broken off.
    silent = 0

    def do_GET(self) -> None:
        if type(self).silent:
            type(self).silent -= 1
            self.close_connection = True
            return
        told: object = {"data": {"clusterStatus": STATUS}}
        if self.path == "/api/v0/nodes":
            nodes = [node(number) for number in range(min(type(self).looks, 3) + 1)]
            told = {"data": {"result": {"result": nodes}}}
            type(self).looks += 1
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def launched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Launched]:
    monkeypatch.setattr(joined, "SECONDS_BETWEEN_LOOKS", 0.01)
    Dashboard.looks = Dashboard.silent = 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), Dashboard)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    token = tmp_path / "token"
    token.write_text("secret")
    dashboard = f"http://127.0.0.1:{server.server_port}"
    yield Launched("compose", "one", dashboard, str(token), "s3://bucket", "", "")
    server.shutdown()


def test_each_that_joins_is_told(launched: Launched) -> None:
    said: list[str] = []
    joined.wait(launched, 3, seconds=60, tell=said.append)
    assert said == [f"{count} of 3 worker(s) have joined" for count in range(4)]


def test_those_that_do_not_come_are_told_with_what_the_autoscaler_says(launched: Launched) -> None:
    with pytest.raises(ServiceError, match=r"after 0 s \d of 4 worker") as caught:
        joined.wait(launched, 4, seconds=0.2, tell=print)
    assert "intel, 1 launching" in str(caught.value)


def test_a_head_that_is_late_with_an_answer_is_asked_again(launched: Launched) -> None:
    Dashboard.silent = 3
    joined.wait(launched, 2, seconds=60, tell=print)
    assert Dashboard.silent == 0


def test_a_head_that_does_not_answer_is_told(
    launched: Launched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joined, "SECONDS_WITHOUT_ANSWER", 0.2)
    Dashboard.silent = 1_000_000
    with pytest.raises(NoAnswerError, match="the cluster does not answer"):
        joined.wait(launched, 2, seconds=60, tell=print)


def test_no_workers_are_no_wait(launched: Launched) -> None:
    joined.wait(launched, 0, seconds=0, tell=print)


@pytest.mark.parametrize(("name", "workers"), [("static", 10), ("spot", 2), ("autoscaling", 0)])
def test_how_many_a_config_asks_for(name: str, workers: int) -> None:
    assert joined.least_workers(yaml.safe_load(find(name).read_text())) == workers
