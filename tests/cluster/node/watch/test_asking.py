"""Processes that ask Ray: ready before they have to be, and replaced where they have ended."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ray.autoscaler._private.constants import RAY_PROCESSES

from cluster.node.watch import asking
from cluster.node.watch.asking import READY, Asking, Readiness, command
from cluster.node.watch.metadata import Metadata
from tests.cluster.node.watch.conftest import Imds
from tests.cluster.rehearsal.machines import SPOT

ANSWERS = (
    "import json, os, sys; print(json.dumps([os.getpid(), sys.argv[1:], sys.stdin.readline()]))"
)
REQUEST = {"message": "why", "seconds": 1.5}


def python(code: str) -> Asking:
    return Asking([sys.executable, "-S", "-c", code])


def answer(process: subprocess.Popen[str]) -> tuple[list[str], dict[str, Any]]:
    """The arguments that a process had, and what it was asked."""
    said, _ = process.communicate()
    number, arguments, asked = json.loads(said)
    assert number == process.pid
    return arguments, json.loads(asked)


def test_one_that_is_ready_is_asked_first_and_then_new_ones() -> None:
    asks = python(ANSWERS)
    asks.prepare()
    asks.prepare()
    assert answer(asks.begin(REQUEST)) == ([READY], REQUEST)
    assert answer(asks.begin(REQUEST)) == ([], REQUEST)
    asks.close()


def test_where_the_one_that_was_ready_has_ended_another_is_asked(tmp_path: Path) -> None:
    first = tmp_path / "first"
    once = f"import pathlib; one = pathlib.Path({str(first)!r}); "
    asks = python(f"{once}one.exists() or one.touch() or exit(); {ANSWERS}")
    asks.prepare()
    waiting = asks._ready
    assert waiting is not None
    waiting.wait()
    assert answer(asks.begin(REQUEST)) == ([], REQUEST)


def test_nothing_waits_after_it_was_closed() -> None:
    asks = python("import time; time.sleep(1000)")
    asks.prepare()
    waiting = asks._ready
    assert waiting is not None
    asks.close()
    assert waiting.returncode is not None
    asks.close()


class Prepared(Asking):
    """Counts how often it was prepared; fails at first."""

    def __init__(self, failures: int = 0) -> None:
        super().__init__([])
        self.times, self._failures = 0, failures

    def prepare(self) -> None:
        self.times += 1
        if self.times <= self._failures:
            raise OSError(11, "no process is left")


@pytest.mark.parametrize(("market", "times"), [("spot", 1), ("on-demand", 0)])
def test_it_is_prepared_once_and_on_spot_alone(
    imds: Imds, monkeypatch: pytest.MonkeyPatch, market: str, times: int
) -> None:
    monkeypatch.setattr(asking, "SECONDS_UNTIL_READY", 0.0)
    monkeypatch.setattr(imds, "_machine", lambda _: replace(SPOT, market=market))
    prepared = Prepared()
    readiness = Readiness(prepared, Metadata(imds.url))
    for _ in range(3):
        readiness.step()
    assert prepared.times == times


def test_what_fails_is_tried_again(imds: Imds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "SECONDS_UNTIL_READY", 0.0)
    imds.failures = [(500, "")] * 2
    prepared = Prepared(failures=1)
    readiness = Readiness(prepared, Metadata(imds.url))
    for _ in range(6):
        readiness.step()
    # Not while the service failed, then in vain, and then for good.
    assert prepared.times == 2
    assert imds.failures == []


def test_a_node_that_has_just_joined_is_left_alone(imds: Imds) -> None:
    prepared = Prepared()
    readiness = Readiness(prepared, Metadata(imds.url))
    began = time.monotonic()
    readiness.step()
    assert time.monotonic() - began < asking.SECONDS_UNTIL_READY
    assert prepared.times == 0


def test_ray_stop_does_not_take_the_watcher_for_rays() -> None:
    watcher = "python -m cluster.node.watch --head 10.0.0.1:6379"
    asks = " ".join([*command("10.0.0.1:6379"), READY])
    for one in (watcher, asks):
        name = Path(one.split()[0]).name
        for keyword, by_name in RAY_PROCESSES:
            assert str(keyword) not in (name if by_name else one)
