"""What the watcher does with what the rehearsal's metadata service says."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from cluster.node.watch.asking import Asking
from cluster.node.watch.drain import Drain
from cluster.node.watch.metadata import Metadata
from cluster.node.watch.metrics import Metrics
from cluster.node.watch.watcher import TURNS_A_RECOMMENDATION, Watcher, Wishes
from tests.cluster.node.watch.conftest import Imds, Lines

ACCEPTS = "import json, time; print(json.dumps({'node': 'ab', 'at': time.monotonic()}))"
HANGS = "import time; time.sleep(1000)"


class Watched:
    """A watcher whose drains are by a process that is no Ray."""

    def __init__(self, imds: Imds, wishes: Wishes, code: str = ACCEPTS) -> None:
        self.counts = Metrics()
        self.asked: list[tuple[float | None, str]] = []
        self.now: list[float | None] = []
        self._code = code
        self.watcher = Watcher(Metadata(imds.url), self._drain, self.counts, wishes)

    def _drain(self, seconds: float | None, message: str, now: float | None) -> Drain:
        self.asked.append((seconds, message))
        self.now.append(now)
        asking = Asking([sys.executable, "-S", "-c", self._code])
        return Drain(asking, seconds, message, self.counts, now)

    def turn(self, count: int = 1) -> None:
        for _ in range(count):
            self.watcher.step()

    def drained(self) -> None:
        until = time.monotonic() + 30
        while not self.counts.accepted:
            assert time.monotonic() < until
            self.turn()
            time.sleep(0.01)


@pytest.fixture
def watched(imds: Imds) -> Watched:
    return Watched(imds, Wishes())


def events(lines: Lines) -> list[str]:
    return [str(one["event"]) for one in lines()]


def test_where_there_is_no_notice_nothing_is_done(watched: Watched, lines: Lines) -> None:
    watched.turn(2 * TURNS_A_RECOMMENDATION)
    assert (watched.asked, lines(), watched.counts.errors) == ([], [], 0)
    assert "poll_age_seconds 0." in watched.counts.text()


def test_a_notice_drains_the_node_once(watched: Watched, imds: Imds, lines: Lines) -> None:
    imds.notice(60)
    watched.drained()
    watched.turn(TURNS_A_RECOMMENDATION)
    ((seconds, message),) = watched.asked
    assert seconds is not None
    assert 55 < seconds <= 61
    assert message.startswith("EC2 is to terminate this instance at 20")
    told, accepted = lines()
    assert (told["event"], told["action"], accepted["event"]) == (
        "notice",
        "terminate",
        "drain-accepted",
    )
    assert abs(told["seconds_left"] - seconds) < 0.1
    assert (watched.counts.notices, watched.counts.accepted) == (1, 1)
    # The service's clock, which tells whole seconds, is this machine's.
    (now,) = watched.now
    assert now is not None
    assert abs(now - time.time()) < 60


def test_another_notice_drains_it_again(watched: Watched, imds: Imds) -> None:
    imds.notice(600)
    watched.drained()
    imds.notice(60)
    watched.turn()
    first, second = (seconds for seconds, _ in watched.asked)
    assert first is not None
    assert second is not None
    assert second < 61 < first
    assert watched.counts.notices == 2
    watched.watcher.close()


def test_a_notice_that_is_withdrawn_is_told(imds: Imds, lines: Lines) -> None:
    watched = Watched(imds, Wishes(), HANGS)
    imds.notice(60)
    watched.turn()
    imds.notices.clear()
    watched.turn(3)
    assert events(lines) == ["notice", "notice-withdrawn"]
    # One that comes after it is one of its own.
    imds.notice(60)
    watched.turn()
    assert len(watched.asked) == 2
    watched.watcher.close()


def test_trouble_of_the_service_is_told_once_and_outlived(
    watched: Watched, imds: Imds, lines: Lines
) -> None:
    watched.turn()
    imds.failures = [(500, ""), (401, ""), (401, ""), (429, ""), (200, "<html>"), (503, "")]
    imds.notice(60)
    watched.drained()
    told = lines()
    assert [one["event"] for one in told] == [
        "metadata-trouble",
        "notice",
        "metadata-back",
        "drain-accepted",
    ]
    assert told[0]["why"] == "the metadata service answered 500 to spot/instance-action"
    assert watched.counts.errors == 5


def test_a_recommendation_is_told_and_no_more(watched: Watched, imds: Imds, lines: Lines) -> None:
    imds.recommend()
    watched.turn(2 * TURNS_A_RECOMMENDATION)
    (told,) = lines()
    assert (told["event"], told["drains"]) == ("rebalance-recommended", False)
    assert (watched.asked, watched.counts.recommendations) == ([], 1)


def test_at_a_recommendation_a_node_leaves_if_it_is_to(imds: Imds, lines: Lines) -> None:
    watched = Watched(imds, Wishes(leave_when_recommended=True))
    imds.recommend()
    watched.drained()
    ((seconds, message),) = watched.asked
    assert seconds is None
    assert message.startswith("EC2 recommended at 20")
    # The notice that follows says how long there is.
    imds.notice(60)
    watched.turn()
    assert len(watched.asked) == 2
    assert events(lines) == ["rebalance-recommended", "drain-accepted", "notice"]
    watched.watcher.close()


def test_the_users_hook_is_told(imds: Imds, tmp_path: Path, lines: Lines) -> None:
    file = tmp_path / "told"
    watched = Watched(imds, Wishes(hook=f"tee {file}"))
    imds.notice(60)
    watched.drained()
    until = time.monotonic() + 30
    found: list[str] = []
    while "hook-done" not in found and time.monotonic() < until:
        found += events(lines)
        time.sleep(0.01)
    assert "hook-done" in found
    assert file.read_text().startswith('{"kind": "interruption", "action": "terminate", "time": "2')
