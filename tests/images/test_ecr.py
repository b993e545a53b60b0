"""Logging in to ECR: whose hosts are, where the password goes, and what is said without one."""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from errors import ServiceError
from images import ecr
from tests.workloads.servers import aws_environment

ACCOUNT = "123456789012"
HOST = f"{ACCOUNT}.dkr.ecr.ap-northeast-2.amazonaws.com"
PASSWORD = "hush:hush"
# Stands in for docker, and keeps what it was called with.
DOCKER = """#!/bin/sh
printf '%s\\n' "$@" >"$CALLS/argv"
cat >"$CALLS/stdin"
"""


class Ecr(BaseHTTPRequestHandler):
    """Answers as ECR does to GetAuthorizationToken."""

    asked: list[tuple[str, str, dict[str, object]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signed = self.headers["Authorization"]
        self.asked.append((self.headers["X-Amz-Target"], signed, json.loads(body)))
        token = base64.b64encode(f"AWS:{PASSWORD}".encode()).decode()
        answer = json.dumps({"authorizationData": [{"authorizationToken": token}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what docker was called with, and no AWS credentials but those of a test."""
    for name in [one for one in os.environ if one.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in aws_environment("http://127.0.0.1:9").items():
        monkeypatch.setenv(name, value)
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(DOCKER)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    folder = tmp_path / "calls"
    folder.mkdir()
    monkeypatch.setenv("CALLS", str(folder))
    return folder


@pytest.fixture
def asked(
    calls: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[tuple[str, str, dict[str, object]]]]:
    """What was asked of an ECR on loopback."""
    assert calls
    Ecr.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Ecr)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL_ECR", f"http://127.0.0.1:{server.server_port}")
    yield Ecr.asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("registry", [HOST, f"{HOST}/team"])
def test_the_password_goes_to_standard_input(
    registry: str, asked: list[tuple[str, str, dict[str, object]]], calls: Path
) -> None:
    assert ecr.log_in(registry)
    ((operation, signed, fields),) = asked
    assert operation.endswith(".GetAuthorizationToken")
    assert "/ap-northeast-2/ecr/" in signed
    assert fields == {"registryIds": [ACCOUNT]}
    argv = (calls / "argv").read_text().split()
    assert argv == ["login", "--username", "AWS", "--password-stdin", HOST]
    assert (calls / "stdin").read_text() == PASSWORD


@pytest.mark.parametrize(
    ("registry", "host"),
    [
        (f"{HOST}/team/deep", HOST),
        (
            f"{ACCOUNT}.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
            f"{ACCOUNT}.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
        ),
        (
            f"{ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn/team",
            f"{ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn",
        ),
    ],
)
def test_hosts_of_ecr_are_known(
    registry: str, host: str, asked: list[tuple[str, str, dict[str, object]]], calls: Path
) -> None:
    assert ecr.log_in(registry)
    assert asked
    assert (calls / "argv").read_text().split()[-1] == host


@pytest.mark.parametrize(
    "registry",
    [
        "ghcr.io/team",
        "127.0.0.1:5000/team",
        "public.ecr.aws/team",
        f"example.com/{HOST}",
        f"{HOST}.example.com/team",
        f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.community",
        "12345.dkr.ecr.us-east-1.amazonaws.com",
    ],
)
def test_nothing_is_asked_of_aws_for_another_host(
    registry: str, asked: list[tuple[str, str, dict[str, object]]], calls: Path
) -> None:
    assert not ecr.log_in(registry)
    assert (asked, list(calls.iterdir())) == ([], [])


def test_without_credentials_it_is_one_sentence(
    calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(ServiceError, match=f"no password for {HOST} .*AWS_PROFILE") as caught:
        ecr.log_in(HOST)
    assert "\n" not in str(caught.value)
    assert not list(calls.iterdir())
