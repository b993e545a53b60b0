"""A hub on loopback: as much of Hugging Face's as is asked for to get a model."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMITS = {"main": "a" * 40, "v1": "b" * 40}


class _Hub(BaseHTTPRequestHandler):
    """Answers from folders: /api/models/NAME/{revision,tree}/COMMIT, /NAME/resolve/COMMIT/FILE."""

    server: _Server

    def do_HEAD(self) -> None:
        self._answer(with_content=False)

    def do_GET(self) -> None:
        self._answer(with_content=True)

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, *, with_content: bool) -> None:
        path = self.path.partition("?")[0]
        owner, model, *asked = path.removeprefix("/api/models").strip("/").split("/")
        does, revision, *rest = asked or ("revision", "main")
        name, file = f"{owner}/{model}", "/".join(rest)
        folder = self.server.models.get(name)
        commit = COMMITS.get(revision, revision if revision in COMMITS.values() else "")
        if folder is None:
            self._refuse("RepoNotFound")
        elif not commit:
            self._refuse("RevisionNotFound")
        elif does == "revision":
            self._send(json.dumps({"id": name, "sha": commit}).encode(), commit)
        elif does == "tree":
            self._send(json.dumps(_listed(folder)).encode(), commit)
        else:
            self.server.given.append(file)
            self._send((folder / file).read_bytes(), commit, with_content=with_content)

    def _send(self, content: bytes, commit: str, *, with_content: bool = True) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Type", "application/json")
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", commit)
        self.end_headers()
        if with_content:
            self.wfile.write(content)

    def _refuse(self, code: str) -> None:
        self.send_response(404)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()


def _listed(folder: Path) -> list[dict[str, object]]:
    """The files of a folder, as the hub lists them."""
    return [
        {
            "type": "file",
            "path": str(one.relative_to(folder)),
            "size": one.stat().st_size,
            "oid": hashlib.sha1(one.read_bytes()).hexdigest(),  # noqa: S324 - as git has it
        }
        for one in sorted(folder.rglob("*"))
        if one.is_file()
    ]


class _Server(ThreadingHTTPServer):
    models: dict[str, Path]
    given: list[str]


@contextmanager
def hub(models: dict[str, Path]) -> Iterator[tuple[str, list[str]]]:
    """Serves folders by the names of their models; gives its address, and what it was asked for."""
    server = _Server(("127.0.0.1", 0), _Hub)
    server.models, server.given = models, []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.given
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
