"""Docker's log-in to ECR with a node's own rights: against an emulated ECR and metadata service."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from cluster.boot import FOLDER

HELPER = FOLDER / "docker-credential-instance-role"
REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
ROLE = "ray-on-aws-worker"
KEY, SECRET, SESSION = "ASIAEXAMPLE", "a/secret+with=signs", "a//session=="
TOKEN = "QVdTOnBhc3M6d29yZA=="  # AWS:pass:word


class Aws(BaseHTTPRequestHandler):
    """The metadata service and ECR in one, both as strict as AWS's."""

    def do_PUT(self) -> None:
        self._answer(200 if self.path == "/latest/api/token" else 404, "imds-session")

    def do_GET(self) -> None:
        roles = "/latest/meta-data/iam/security-credentials/"
        credentials = {"AccessKeyId": KEY, "SecretAccessKey": SECRET, "Token": SESSION}
        if self.headers.get("X-aws-ec2-metadata-token") != "imds-session":
            self._answer(401, "")
        elif self.path == roles:
            self._answer(200, ROLE)
        elif self.path == roles + ROLE:
            self._answer(200, json.dumps({"Code": "Success", **credentials}, indent=2))
        else:
            self._answer(404, "")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Authorization"] != self._expected(body):
            self._answer(403, json.dumps({"message": "the signature does not match"}))
        elif not str(self.headers["X-Amz-Target"]).endswith(".GetAuthorizationToken"):
            self._answer(400, "")
        else:
            told = {"authorizationData": [{"authorizationToken": TOKEN, "expiresAt": 1.7e9}]}
            self._answer(200, json.dumps(told))

    def _expected(self, body: bytes) -> str:
        """The signature as botocore makes it, over the headers that were signed."""
        signed = self.headers["Authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
        request = AWSRequest(
            method="POST", url=f"http://{self.headers['Host']}/", data=body,
            headers={name: self.headers[name] for name in signed if name != "host"},
        )  # fmt: skip
        request.context["timestamp"] = self.headers["X-Amz-Date"]
        auth = SigV4Auth(Credentials(KEY, SECRET, SESSION), "ecr", "eu-west-1")
        canonical = auth.canonical_request(request)
        signature = auth.signature(auth.string_to_sign(request, canonical), request)
        assert "x-amz-security-token" in signed
        day = self.headers["X-Amz-Date"][:8]
        return (
            f"AWS4-HMAC-SHA256 Credential={KEY}/{day}/eu-west-1/ecr/aws4_request, "
            f"SignedHeaders={';'.join(signed)}, Signature={signature}"
        )

    def _answer(self, code: int, text: str) -> None:
        self.send_response(code)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Aws)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def run(word: str, given: str, endpoint: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", str(HELPER), word],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": "/usr/bin:/bin",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": endpoint,
            "AWS_ENDPOINT_URL_ECR": endpoint,
        },
    )


@pytest.mark.parametrize("given", [REGISTRY, f"{REGISTRY}\n", f"https://{REGISTRY}\n"])
def test_docker_is_given_a_password_for_the_nodes_own_rights(endpoint: str, given: str) -> None:
    done = run("get", given, endpoint)
    assert done.returncode == 0, done.stderr
    expected = {"ServerURL": REGISTRY, "Username": "AWS", "Secret": "pass:word"}
    assert json.loads(done.stdout) == expected


def test_nothing_is_stored(endpoint: str) -> None:
    assert run("list", "", endpoint).stdout.strip() == "{}"
    for word in ("store", "erase"):
        done = run(word, REGISTRY, endpoint)
        assert (done.returncode, done.stdout) == (0, "")


def test_a_node_without_rights_is_told(endpoint: str) -> None:
    done = run("get", REGISTRY.replace("eu-west-1", "us-east-1"), endpoint)
    assert done.returncode != 0
    assert "403" in done.stderr
