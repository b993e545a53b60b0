"""An S3 server with a public bucket: it lets in who shows no keys there, and elsewhere who does.

AWS takes keys of any account for a public bucket, and refuses keys that are wrong or expired; to
show that none are sent, all are refused here.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.workloads.servers import KEY, Server

PUBLIC = "public-bucket"
HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive"}


@contextmanager
def gate(behind: Server) -> Iterator[Server]:
    """Lets requests through to a server that itself asks for no keys, until the block is left."""

    class Gate(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(size)
            if may_pass(self.path, self.headers.get("Authorization")):
                self.relay(body)
            else:
                self.send_response(403)
                self.send_header("Content-Length", "0")
                self.end_headers()

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = forward  # noqa: N815 - http.server's names

        def relay(self, body: bytes) -> None:
            backend = http.client.HTTPConnection(urlsplit(behind.endpoint).netloc)
            backend.request(self.command, self.path, body, dict(self.headers))
            answer = backend.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in HOP_BY_HOP | {"content-length"}:
                    self.send_header(name, value)
            length = answer.headers.get("Content-Length", str(len(content)))
            self.send_header("Content-Length", length)
            self.end_headers()
            self.wfile.write(content)
            backend.close()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gate)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Server(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def may_pass(path: str, authorization: str | None) -> bool:
    bucket = urlsplit(path).path.split("/")[1]
    if bucket == PUBLIC:
        return authorization is None
    return authorization is not None and KEY in authorization
