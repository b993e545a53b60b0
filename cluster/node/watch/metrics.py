"""What the watcher counts, for Prometheus: http://127.0.0.1:8266/metrics, of the node itself."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer

PORT = 8266
PREFIX = "ray_on_aws_spot"


@dataclass
class Metrics:
    """The counts; `polled` is when the metadata service last answered, on the monotonic clock."""

    notices: int = 0
    recommendations: int = 0
    accepted: int = 0
    failed: int = 0
    errors: int = 0
    polled: float | None = None

    def text(self) -> str:
        """As Prometheus reads it."""
        lines = [
            *_counter("notices", "Notices that EC2 takes the node back", {"": self.notices}),
            *_counter("rebalance", "Recommendations to leave it", {"": self.recommendations}),
            *_counter(
                "drains",
                "Drains of the node by what became of them",
                {'{outcome="accepted"}': self.accepted, '{outcome="failed"}': self.failed},
            ),
            *_counter("metadata_errors", "Questions left without an answer", {"": self.errors}),
        ]
        if self.polled is not None:
            age = f"{PREFIX}_poll_age_seconds"
            lines += [
                f"# HELP {age} Since the metadata service last answered",
                f"# TYPE {age} gauge",
                f"{age} {time.monotonic() - self.polled:.3f}",
            ]
        return "\n".join(lines) + "\n"


def _counter(name: str, meaning: str, values: dict[str, int]) -> list[str]:
    full = f"{PREFIX}_{name}_total"
    told = [f"# HELP {full} {meaning}", f"# TYPE {full} counter"]
    return told + [f"{full}{labels} {value}" for labels, value in values.items()]


def serve(metrics: Metrics, host: str, port: int) -> HTTPServer:
    """Answers `GET /metrics`, in a thread of its own.

    Raises:
        OSError: the port is taken, or the address is not of this machine.
    """

    class Handler(BaseHTTPRequestHandler):
        # Who connects and says nothing does not keep others waiting.
        timeout = 5

        def do_GET(self) -> None:
            known = self.path.partition("?")[0] in ("/", "/metrics")
            body = metrics.text().encode() if known else b""
            self.send_response(200 if known else 404)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing: there is a question every few seconds."""

    server = HTTPServer((host, port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
