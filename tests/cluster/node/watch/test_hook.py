"""The user's command that is told of notices, and what it may do wrong."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from cluster.node.watch import hook
from tests.cluster.node.watch.conftest import Lines

TOLD: dict[str, object] = {"kind": "interruption", "action": "stop"}


def call(command: str, told: dict[str, object], seconds: float = hook.SECONDS) -> None:
    """Calls it, and waits until it has ended."""
    thread = hook.call(command, told, seconds)
    assert thread is not None
    thread.join()


def test_it_gets_the_notice_on_its_stdin(lines: Lines) -> None:
    call("cat", TOLD)
    (told,) = lines()
    assert (told["event"], told["code"]) == ("hook-done", 0)
    assert told["said"] == '{"kind": "interruption", "action": "stop"}'


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("/no/such/program", "No such file"),
        ("'unclosed", "No closing quotation"),
        (" ", "IndexError"),
        ("/etc/passwd", "Permission denied"),
    ],
)
def test_one_that_cannot_be_started_is_told(command: str, why: str, lines: Lines) -> None:
    call(command, TOLD)
    (told,) = lines()
    assert told["event"] == "hook-failed"
    assert why in told["why"]


def test_one_that_fails_is_told(lines: Lines) -> None:
    call("sh -c 'echo no; exit 3'", TOLD)
    (told,) = lines()
    assert (told["event"], told["code"], told["said"]) == ("hook-failed", 3, "no")


def test_one_that_does_not_read_is_none_the_worse(lines: Lines) -> None:
    call("true", {"long": "x" * 1_000_000})
    assert lines()[0]["event"] == "hook-done"


def test_where_there_is_no_room_for_a_thread_it_is_told(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", full)
    assert hook.call("true", TOLD) is None
    (told,) = lines()
    assert (told["event"], "can't start new thread" in told["why"]) == ("hook-failed", True)


def test_one_that_goes_on_and_on_is_ended_with_what_it_started(
    tmp_path: Path, lines: Lines
) -> None:
    file = tmp_path / "alive"
    began = time.monotonic()
    call(f"sh -c '(sleep 8; touch {file}) & echo begun; wait'", TOLD, 4.0)
    assert time.monotonic() - began < 8
    (told,) = lines()
    assert (told["event"], told["why"]) == ("hook-failed", "not done after 4 s")
    assert told["said"] == "begun"
    time.sleep(8.5 - (time.monotonic() - began))
    assert not file.exists()
