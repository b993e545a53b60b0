"""Metadata services on this machine: the rehearsal's, which may fail, and one by hand."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import Any

import pytest

from cluster.rehearsal.metadata import Metadata, Notices, server
from tests.cluster.rehearsal.machines import SPOT

Lines = Callable[[], list[dict[str, Any]]]


class Imds(Metadata):
    """The rehearsal's metadata service for one spot instance, with what goes wrong in it."""

    def __init__(self) -> None:
        super().__init__(lambda _: SPOT, ("access", "secret"))
        self.failures: list[tuple[int, str]] = []
        self.seconds = 0.0
        self.url = ""

    def answer(self, address: str, token: str, path: str) -> tuple[int, str]:
        """What is to go wrong, as often as it is to; then the truth."""
        time.sleep(self.seconds)
        return self.failures.pop(0) if self.failures else super().answer(address, token, path)

    def notice(self, seconds: float) -> None:
        """Takes the instance back after so long."""
        self.notices[SPOT.number] = Notices(action_at=time.time() + seconds)

    def recommend(self) -> None:
        """Recommends to leave it."""
        self.notices[SPOT.number] = Notices(rebalance_at=time.time())


@pytest.fixture
def imds() -> Iterator[Imds]:
    service = Imds()
    serving = server(service, ("127.0.0.1", 0))
    service.url = f"http://127.0.0.1:{serving.server_address[1]}"
    thread = threading.Thread(target=serving.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield service
    serving.shutdown()
    serving.server_close()
    thread.join()


@dataclass
class Scripted:
    """A service that gives the answers that it was given, one after the other.

    Attributes:
        answers: status, headers and text of each, the last one again and again.
        asked: method, path and token of each question.
    """

    url: str = ""
    answers: list[tuple[int, dict[str, str], str]] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    script = Scripted()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            script.asked.append(
                (self.command, self.path, self.headers.get("X-aws-ec2-metadata-token", ""))
            )
            status, headers, text = script.answers[0]
            if len(script.answers) > 1:
                del script.answers[0]
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        do_PUT = do_GET  # noqa: N815 - as http.server looks for it

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    serving: HTTPServer = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.url = f"http://127.0.0.1:{serving.server_port}"
    thread = threading.Thread(target=serving.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield script
    serving.shutdown()
    serving.server_close()
    thread.join()


@pytest.fixture
def lines(capfd: pytest.CaptureFixture[str]) -> Lines:
    """What the watcher has written since it was asked for last."""

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in capfd.readouterr().out.splitlines()]

    return read
