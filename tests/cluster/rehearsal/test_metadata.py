"""The metadata service, asked over HTTP from the addresses of instances."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPConnection

import pytest
from botocore.utils import InstanceMetadataFetcher

from cluster.rehearsal.machines import Machine
from cluster.rehearsal.metadata import Metadata, Notices, server
from tests.cluster.rehearsal.machines import ON_DEMAND, SPOT

TTL = "X-aws-ec2-metadata-token-ttl-seconds"
TOKEN = "X-aws-ec2-metadata-token"
HERE = {SPOT.address: SPOT, ON_DEMAND.address: replace(ON_DEMAND, role="", user_data="", key="")}


class Service:
    """The service, and what asks it."""

    def __init__(self, metadata: Metadata, port: int) -> None:
        self.metadata = metadata
        self.port = port

    def send(
        self, method: str, path: str, headers: dict[str, str], address: str = SPOT.address
    ) -> tuple[int, str, dict[str, str]]:
        """Status, text and headers of an answer to who is at an address."""
        there = HTTPConnection("127.0.0.1", self.port, timeout=10, source_address=(address, 0))
        there.request(method, path, headers=headers)
        answer = there.getresponse()
        found = answer.status, answer.read().decode(), dict(answer.headers)
        there.close()
        return found

    def token(self, address: str = SPOT.address, seconds: str = "60") -> str:
        """A token, as it is asked for at the beginning."""
        status, text, headers = self.send("PUT", "/latest/api/token", {TTL: seconds}, address)
        assert (status, headers[TTL]) == (200, seconds)
        return text

    def get(self, path: str, address: str = SPOT.address) -> tuple[int, str]:
        """Status and text of a path, asked as version 2 asks."""
        headers = {TOKEN: self.token(address)}
        return self.send("GET", f"/latest/{path}", headers, address)[:2]


@pytest.fixture
def service() -> Iterator[Service]:
    def at(address: str) -> Machine | None:
        return HERE.get(address)

    metadata = Metadata(at, ("access", "secret"))
    serving = server(metadata, ("127.0.0.1", 0))
    thread = threading.Thread(target=serving.serve_forever, daemon=True)
    thread.start()
    yield Service(metadata, serving.server_address[1])
    serving.shutdown()
    serving.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("meta-data/instance-id", SPOT.number),
        ("meta-data/instance-type", "r8g.2xlarge"),
        ("meta-data/instance-life-cycle", "spot"),
        ("meta-data/local-ipv4", SPOT.address),
        ("meta-data/ami-id", "ami-1"),
        ("meta-data/placement/availability-zone", "us-east-1a"),
        ("meta-data/placement/region", "us-east-1"),
        ("meta-data/public-keys/0/openssh-key", SPOT.key),
        ("meta-data/iam/security-credentials", SPOT.role),
        ("meta-data/iam/security-credentials/", SPOT.role),
        ("user-data", SPOT.user_data),
    ],
)
def test_an_instance_is_told_about_itself(service: Service, path: str, said: str) -> None:
    assert service.get(path) == (200, said)


def test_each_is_told_of_itself_by_its_address(service: Service) -> None:
    assert service.get("meta-data/instance-id", ON_DEMAND.address) == (200, ON_DEMAND.number)


@pytest.mark.parametrize(
    "path",
    [
        "user-data",
        "meta-data/public-keys/0/openssh-key",
        "meta-data/iam/security-credentials/",
        "meta-data/iam/security-credentials/x",
        "meta-data/spot/instance-action",
        "meta-data/events/recommendations/rebalance",
        "meta-data/nothing",
    ],
)
def test_what_an_instance_has_not_is_not_found(service: Service, path: str) -> None:
    assert service.get(path, ON_DEMAND.address) == (404, "")


def test_without_a_token_nothing_is_told(service: Service) -> None:
    assert service.send("GET", "/latest/meta-data/instance-id", {})[0] == 401
    assert service.send("GET", "/latest/meta-data/instance-id", {TOKEN: "guessed"})[0] == 401


def test_a_token_is_of_the_instance_that_asked_for_it(service: Service) -> None:
    stolen = {TOKEN: service.token(ON_DEMAND.address)}
    assert service.send("GET", "/latest/meta-data/instance-id", stolen)[0] == 401


def test_a_token_ends(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {TOKEN: service.token(seconds="60")}
    assert service.send("GET", "/latest/meta-data/instance-id", headers)[0] == 200
    later = time.monotonic() + 61
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert service.metadata.answer(SPOT.address, headers[TOKEN], "meta-data/instance-id")[0] == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 400),
        ({TTL: "soon"}, 400),
        ({TTL: "0"}, 400),
        ({TTL: "-5"}, 400),
        ({TTL: "21601"}, 400),
        ({TTL: "21600"}, 200),
        ({TTL: "60", "X-Forwarded-For": "10.0.0.1"}, 403),
    ],
)
def test_a_token_is_handed_out_as_ec2_does(
    service: Service, headers: dict[str, str], status: int
) -> None:
    assert service.send("PUT", "/latest/api/token", headers)[0] == status


def test_nothing_else_can_be_put(service: Service) -> None:
    assert service.send("PUT", "/latest/meta-data/instance-id", {TTL: "60"})[0] == 404


def test_an_address_without_an_instance_is_told_nothing(service: Service) -> None:
    assert service.get("meta-data/instance-id", "127.0.0.99") == (404, "")


def test_a_notice_is_there_from_when_it_is_given(service: Service) -> None:
    path = "meta-data/spot/instance-action"
    assert service.get(path)[0] == 404
    service.metadata.notices[SPOT.number] = Notices(action_at=1795273762.9)
    status, text = service.get(path)
    assert (status, json.loads(text)) == (
        200,
        {"action": "terminate", "time": "2026-11-21T15:09:22Z"},
    )
    assert service.get("meta-data/spot/termination-time") == (200, "2026-11-21T15:09:22Z")
    assert service.get(path, ON_DEMAND.address)[0] == 404
    assert service.get("meta-data/events/recommendations/rebalance")[0] == 404


def test_a_recommendation_to_rebalance(service: Service) -> None:
    service.metadata.notices[SPOT.number] = Notices(rebalance_at=1795273762.0)
    status, text = service.get("meta-data/events/recommendations/rebalance")
    assert (status, json.loads(text)) == (200, {"noticeTime": "2026-11-21T15:09:22Z"})
    assert service.get("meta-data/spot/instance-action")[0] == 404


def test_botocore_finds_the_credentials_of_the_role(service: Service) -> None:
    # Of this machine, which is no instance: until it is one.
    HERE["127.0.0.1"] = SPOT
    try:
        found = InstanceMetadataFetcher(
            base_url=f"http://127.0.0.1:{service.port}", num_attempts=1, timeout=10
        ).retrieve_iam_role_credentials()
    finally:
        del HERE["127.0.0.1"]
    assert found["role_name"] == SPOT.role
    assert (found["access_key"], found["secret_key"]) == ("access", "secret")


def test_the_identity_document(service: Service) -> None:
    _, text = service.get("dynamic/instance-identity/document")
    told = json.loads(text)
    assert (told["instanceId"], told["architecture"]) == (SPOT.number, "arm64")


@pytest.mark.parametrize(("error", "told"), [(BrokenPipeError, False), (ValueError, True)])
def test_who_does_not_wait_is_no_bug(
    error: type[Exception], told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise error

    with server(Metadata(HERE.get, ("access", "secret")), ("127.0.0.1", 0)) as serving:
        try:
            fails()
        except error:
            with socket.socket() as gone:
                serving.handle_error(gone, ("127.0.0.7", 1))
    assert ("Traceback" in capsys.readouterr().err) is told
