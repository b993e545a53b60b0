"""The client of the metadata service: tokens, and everything that may come instead of an answer."""

from __future__ import annotations

import socket
import time

import pytest

from cluster.node.watch import metadata
from cluster.node.watch.metadata import Metadata, endpoint
from errors import ServiceError, UsageError
from tests.cluster.node.watch.conftest import Imds, Scripted

ONE: tuple[int, dict[str, str], str] = (200, {}, "one")
ACTION = "spot/instance-action"


def test_one_token_serves_many_questions(scripted: Scripted) -> None:
    scripted.answers = [ONE, (200, {}, "a"), (404, {}, ""), (200, {}, "b")]
    service = Metadata(scripted.url)
    assert [found.text if (found := service.get("x")) else None for _ in range(3)] == [
        "a",
        None,
        "b",
    ]
    assert scripted.asked == [
        ("PUT", "/latest/api/token", ""),
        *[("GET", "/latest/meta-data/x", "one")] * 3,
    ]


def test_a_token_that_has_ended_is_renewed(scripted: Scripted) -> None:
    scripted.answers = [ONE, (401, {}, ""), (200, {}, "two"), (200, {}, "told")]
    found = Metadata(scripted.url).get("x")
    assert found
    assert found.text == "told"
    assert [token for _, _, token in scripted.asked] == ["", "one", "", "two"]


def test_a_token_is_renewed_before_it_ends(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted.answers = [ONE, (404, {}, ""), (200, {}, "two"), (404, {}, "")]
    service = Metadata(scripted.url)
    service.get("x")
    later = time.monotonic() + metadata.SECONDS_OF_TOKEN - 60
    monkeypatch.setattr(time, "monotonic", lambda: later)
    service.get("x")
    assert [token for _, _, token in scripted.asked] == ["", "one", "", "two"]


@pytest.mark.parametrize(
    "answers",
    [
        [(403, {}, "")],
        [(200, {}, "broken\r\ntoken: x")],
        [ONE, (500, {}, "")],
        [ONE, (301, {"Location": "/"}, "")],
        [ONE, (401, {}, "")],
        [ONE, (200, {"Content-Length": "100"}, "half")],
    ],
)
def test_what_is_no_answer_is_an_error(
    scripted: Scripted, answers: list[tuple[int, dict[str, str], str]]
) -> None:
    scripted.answers = answers
    with pytest.raises(ServiceError, match="the metadata service"):
        Metadata(scripted.url).get("x")


def test_nobody_there_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ServiceError, match="does not answer: ConnectionRefusedError"):
        Metadata(f"http://127.0.0.1:{port}").get("x")


def test_silence_is_an_error(imds: Imds, monkeypatch: pytest.MonkeyPatch) -> None:
    service = Metadata(imds.url)
    assert service.get(ACTION) is None
    monkeypatch.setattr(metadata, "SECONDS_TO_ANSWER", 0.05)
    imds.seconds = 0.5
    with pytest.raises(ServiceError, match="does not answer: TimeoutError"):
        service.get(ACTION)


def test_the_rehearsals_is_understood(imds: Imds) -> None:
    service = Metadata(imds.url)
    assert service.get(ACTION) is None
    imds.notice(60)
    found = service.get(ACTION)
    assert found
    assert found.text.startswith('{"action": "terminate", "time": "20')
    # It is one clock here, and HTTP says no fractions.
    assert abs(found.at - time.time()) < 5


def test_the_time_is_that_of_the_service(scripted: Scripted) -> None:
    date = {"Date": "Sat, 21 Nov 2020 07:28:00 GMT"}
    scripted.answers = [ONE, (200, date, "x")]
    found = Metadata(scripted.url).get("x")
    assert found
    assert found.at == 1605943680


@pytest.mark.parametrize("headers", [{}, {"Date": "soon"}])
def test_without_one_it_is_this_machines(scripted: Scripted, headers: dict[str, str]) -> None:
    scripted.answers = [ONE, (200, headers, "x")]
    found = Metadata(scripted.url).get("x")
    assert found
    assert abs(found.at - time.time()) < 5


@pytest.mark.parametrize("address", ["", "169.254.169.254", "https://x", "http://", "http://x:y"])
def test_what_is_no_address_is_told(address: str) -> None:
    with pytest.raises(UsageError, match="write http://HOST"):
        Metadata(address)


def test_the_environment_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", raising=False)
    assert endpoint() == "http://169.254.169.254"
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://[fd00:ec2::254]/")
    assert endpoint() == "http://[fd00:ec2::254]/"
    assert Metadata(endpoint())._host == "fd00:ec2::254"
