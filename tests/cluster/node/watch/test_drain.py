"""The attempts to have a node drained, by processes that answer as Ray may."""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path

import pytest

from cluster.node.watch import drain
from cluster.node.watch.asking import Asking
from cluster.node.watch.drain import Drain
from cluster.node.watch.metrics import Metrics
from tests.cluster.node.watch.conftest import Lines

ACCEPTS = (
    "import json, time; print('hm'); print(json.dumps({'node': 'ab', 'at': time.monotonic()}))"
)
REFUSES = 'import sys; print(\'{"why": "not now"}\'); sys.exit(1)'


def python(code: str) -> Asking:
    return Asking([sys.executable, "-S", "-c", code])


def finish(under_way: Drain, seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while not under_way.over:
        assert time.monotonic() < until
        under_way.step()
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drain, "SECONDS_BETWEEN", 0.01)
    monkeypatch.setattr(drain, "LEAST_SECONDS", 0.3)


def test_one_that_is_accepted(lines: Lines) -> None:
    counts = Metrics()
    finish(Drain(python(ACCEPTS), 60.0, "why", counts))
    (told,) = lines()
    assert (told["event"], told["node"], told["attempts"]) == ("drain-accepted", "ab", 1)
    assert 0 < told["seconds"] < 30
    assert (counts.accepted, counts.failed) == (1, 0)


def test_one_that_is_accepted_in_the_end(tmp_path: Path, lines: Lines) -> None:
    # Refused twice, then a crash, then accepted.
    code = f"""
import os, signal
from pathlib import Path
count = Path({str(tmp_path / "count")!r})
count.write_text((count.read_text() if count.exists() else "") + "x")
if len(count.read_text()) == 3:
    os.kill(os.getpid(), signal.SIGKILL)
if len(count.read_text()) < 3:
    {REFUSES}
{ACCEPTS}
"""
    counts = Metrics()
    finish(Drain(python(code), 60.0, "why", counts))
    refused, crashed, accepted = lines()
    # The same reason is told once.
    assert (refused["attempt"], refused["why"]) == (1, "not now")
    assert (crashed["attempt"], crashed["why"]) == (3, "ended with -9, as said above")
    assert (accepted["event"], accepted["attempts"]) == ("drain-accepted", 4)
    assert (counts.accepted, counts.failed) == (1, 0)


def test_it_is_given_up_when_the_node_is_to_be_gone(lines: Lines) -> None:
    counts = Metrics()
    finish(Drain(python(REFUSES), 2.0, "why", counts))
    refused, given_up = lines()
    assert refused["event"] == "drain-attempt-failed"
    assert (given_up["event"], given_up["why"]) == ("drain-given-up", "not now")
    assert given_up["attempts"] > 1
    assert (counts.accepted, counts.failed) == (0, 1)


def test_a_notice_that_comes_too_late_is_tried_all_the_same(lines: Lines) -> None:
    finish(Drain(python(ACCEPTS), 0.0, "why", Metrics()))
    assert [one["event"] for one in lines()] == ["drain-accepted"]


def test_a_step_of_the_clock_changes_nothing(monkeypatch: pytest.MonkeyPatch, lines: Lines) -> None:
    for step in (-3600.0, 3600.0):
        under_way = Drain(python(REFUSES), 0.2, "why", Metrics())
        now = time.time
        monkeypatch.setattr(time, "time", lambda now=now, step=step: now() + step)
        finish(under_way)
        assert lines()[-1]["event"] == "drain-given-up"


def test_an_attempt_is_told_what_is_left(tmp_path: Path) -> None:
    file = tmp_path / "given"
    finish(Drain(python(keeps(file) + REFUSES), 2.0, "EC2 takes it", Metrics()))
    told = [json.loads(line) for line in file.read_text().splitlines()]
    assert {one["message"] for one in told} == {"EC2 takes it"}
    left = [one["seconds"] for one in told]
    assert left[0] == 2.0
    assert left == sorted(left, reverse=True)
    assert 0 <= left[-1] < 2.0


def keeps(file: Path) -> str:
    """Writes down what was asked."""
    return f"import sys; open({str(file)!r}, 'a').write(sys.stdin.readline()); "


def test_one_without_an_end_is_tried_at_leisure(tmp_path: Path) -> None:
    file = tmp_path / "given"
    under_way = Drain(python(keeps(file) + REFUSES), None, "why", Metrics())
    until = time.monotonic() + 1.0
    give_up = until + 60
    while time.monotonic() < until or not (file.exists() and file.read_text().endswith("}\n")):
        under_way.step()
        time.sleep(0.01)
        assert time.monotonic() < give_up
    assert not under_way.over
    told = json.loads(file.read_text())
    assert (told["message"], told["seconds"]) == ("why", None)


def test_time_is_told_by_the_clock_of_who_gave_the_notice(tmp_path: Path) -> None:
    file = tmp_path / "given"
    began = time.monotonic()
    # This node's own clock is far from it, or was set meanwhile.
    finish(Drain(python(keeps(file) + REFUSES), 2.0, "why", Metrics(), now=1000.0))
    told = [json.loads(line)["now"] for line in file.read_text().splitlines()]
    assert told == sorted(told)
    assert 1000.0 <= told[0] <= told[-1] <= 1000.0 + time.monotonic() - began


def test_an_attempt_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, lines: Lines) -> None:
    monkeypatch.setattr(drain, "SECONDS_FOR_AN_ATTEMPT", 0.1)
    finish(Drain(python("import time; time.sleep(1000)"), 0.2, "why", Metrics()))
    assert lines()[0]["why"].startswith("no answer within")


def test_what_cannot_be_started_is_told(lines: Lines) -> None:
    finish(Drain(Asking(["/no/such/program"]), 0.2, "why", Metrics()))
    assert lines()[0]["why"].startswith("cannot start: [Errno 2]")


@pytest.mark.parametrize("code", ["", "print('[]')", "print('{')", "print('{\"x\": 1}')"])
def test_who_says_nothing_has_not_accepted(code: str, lines: Lines) -> None:
    finish(Drain(python(code), 0.2, "why", Metrics()))
    assert lines()[-1]["why"] == "ended with 0, as said above"


def test_nothing_is_left_of_one_that_is_closed() -> None:
    under_way = Drain(python("import time; time.sleep(1000)"), 60.0, "why", Metrics())
    under_way.step()
    attempt = under_way._attempt
    assert attempt
    under_way.close()
    assert attempt.process.returncode == -signal.SIGKILL
    under_way.step()
    assert under_way._attempt is None
