"""The whole process, as it is started on a worker, where Ray's head is away."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from cluster.node.watch.__main__ import Turns
from commands import ROOT
from tests.cluster.node.watch.conftest import Imds, Lines


class Started:
    """The process, and its log."""

    def __init__(self, folder: Path, imds: Imds, **environment: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.head = f"127.0.0.1:{free.getsockname()[1]}"
        self._log = folder / "spot-watcher.log"
        command = [sys.executable, "-m", "cluster.node.watch", "--head", self.head]
        command += [f"--metrics=127.0.0.1:{self.port}", f"--pid-file={folder / 'pid'}"]
        endpoint = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": imds.url}
        with self._log.open("a") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **endpoint, **environment},
                stdout=log,
                stderr=log,
            )

    def lines(self) -> list[dict[str, Any]]:
        """Of the log: each is JSON, or this fails."""
        return [json.loads(line) for line in self._log.read_text().splitlines()]

    def wait_for(self, event: str) -> dict[str, Any]:
        """The first line of an event."""
        until = time.monotonic() + 60
        while True:
            for one in self.lines():
                if one["event"] == event:
                    return one
            assert time.monotonic() < until, self.lines()
            time.sleep(0.05)

    def end(self) -> None:
        """Ends it as another watcher does."""
        self.process.terminate()
        assert self.process.wait(30) == 0


@pytest.fixture
def started(tmp_path: Path, imds: Imds) -> Iterator[Started]:
    hook = f"tee {tmp_path / 'told'}"
    running = Started(tmp_path, imds, RAY_ON_AWS_NOTICE_HOOK=hook, RAY_ON_AWS_REBALANCE="never")
    yield running
    running.process.kill()
    running.process.wait()


def test_a_notice_is_acted_on_and_the_head_is_asked_again_and_again(
    started: Started, imds: Imds, tmp_path: Path
) -> None:
    assert started.wait_for("started")["head"] == started.head
    assert "neither log nor drain" in started.wait_for("setting-ignored")["why"]
    imds.notice(60)
    assert started.wait_for("notice")["action"] == "terminate"
    failed = started.wait_for("drain-attempt-failed")
    assert failed["why"].startswith(f"the head does not answer at {started.head}")
    assert started.wait_for("hook-done")["code"] == 0
    assert json.loads((tmp_path / "told").read_text())["kind"] == "interruption"
    with urlopen(f"http://127.0.0.1:{started.port}/metrics") as answer:
        assert b"ray_on_aws_spot_notices_total 1\n" in answer.read()
    started.end()
    assert started.lines()[-1]["event"] == "ended"


def test_a_turn_that_cannot_be_taken_is_told_once_and_the_next_one_is_taken(lines: Lines) -> None:
    step = Turns()
    taken: list[int] = []

    def turn() -> None:
        taken.append(len(taken))
        if len(taken) < 4:
            raise RuntimeError("first" if len(taken) < 3 else "second")

    for _ in range(5):
        step(turn)
    assert len(taken) == 5
    assert [(one["event"], one["why"]) for one in lines()] == [
        ("turn-failed", "RuntimeError('first')"),
        ("turn-failed", "RuntimeError('second')"),
    ]


def test_another_one_takes_its_place(started: Started, imds: Imds, tmp_path: Path) -> None:
    started.wait_for("started")
    other = Started(tmp_path, imds)
    assert started.process.wait(30) == 0
    until = time.monotonic() + 30
    while (tmp_path / "pid").read_text() != f"{other.process.pid}\n":
        assert time.monotonic() < until
        time.sleep(0.05)
    other.end()


def test_a_port_that_is_taken_does_not_keep_it_from_watching(tmp_path: Path, imds: Imds) -> None:
    first = Started(tmp_path, imds)
    first.wait_for("started")
    (tmp_path / "other").mkdir()
    command = [*first.process.args]  # type: ignore[misc]
    command[-1] = f"--pid-file={tmp_path / 'other' / 'pid'}"
    environment = {**os.environ, "AWS_EC2_METADATA_SERVICE_ENDPOINT": imds.url}
    second = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert second.stdout
    told = [json.loads(second.stdout.readline())["event"] for _ in range(2)]
    assert told == ["started", "no-metrics"]
    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 0
    first.end()


def test_an_address_that_is_none_is_told(tmp_path: Path, imds: Imds) -> None:
    wrong = Started(tmp_path, imds, AWS_EC2_METADATA_SERVICE_ENDPOINT="metadata")
    assert wrong.process.wait(30) == 2
    assert "write http://HOST" in wrong.wait_for("failed")["why"]


def test_while_it_only_watches_it_is_small() -> None:
    code = "import sys; import cluster.node.watch.__main__; print(sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    for heavy in ("ray", "boto3", "numpy", "asyncio"):
        assert f"'{heavy}'" not in done.stdout
