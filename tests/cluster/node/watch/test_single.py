"""One watcher a node, tried with real processes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from cluster.node.watch import single
from cluster.node.watch.single import alone
from commands import ROOT
from errors import ServiceError

HOLDS = """
import signal, sys, time
from pathlib import Path
from cluster.node.watch.single import alone
signal.signal(signal.SIGTERM, {how})
held = alone(Path(sys.argv[1]))
print("alone", flush=True)
time.sleep(1000)
"""
LEAVES, STAYS = "signal.SIG_DFL", "signal.SIG_IGN"


def holding(file: Path, how: str = LEAVES) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLDS.format(how=how), str(file)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "alone\n"
    return process


def test_a_new_one_takes_the_place_of_the_old(tmp_path: Path) -> None:
    file = tmp_path / "ray" / "pid"
    first = holding(file)
    second = holding(file)
    try:
        assert first.wait(10) == -15
        assert file.read_text() == f"{second.pid}\n"
    finally:
        second.kill()
        second.communicate()
    first.communicate()


def test_one_that_stays_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single, "SECONDS_TO_LEAVE", 0.2)
    first = holding(tmp_path / "pid", STAYS)
    with alone(tmp_path / "pid"):
        assert first.wait(10) == -9
    first.communicate()


def test_one_that_cannot_be_ended_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single, "SECONDS_IN_ALL", 0.3)
    first = holding(tmp_path / "pid", STAYS)
    with pytest.raises(ServiceError, match=r"whose number is in .*pid does not end"):
        alone(tmp_path / "pid")
    first.kill()
    first.communicate()


def test_who_has_the_number_of_an_old_one_is_left_alone(tmp_path: Path) -> None:
    other = subprocess.Popen(["sleep", "1000"])
    (tmp_path / "pid").write_text(f"{other.pid}\n")
    with alone(tmp_path / "pid"):
        time.sleep(0.2)
        assert other.poll() is None
    other.kill()
    other.wait()


def test_many_at_once_leave_one(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDS.format(how=LEAVES), str(tmp_path / "pid")]
    them = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) for _ in range(5)]
    try:
        until = time.monotonic() + 60
        while sum(one.poll() is None for one in them) > 1:
            assert time.monotonic() < until
            time.sleep(0.05)
        (left,) = [one for one in them if one.poll() is None]
        until = time.monotonic() + 10
        while (tmp_path / "pid").read_text() != f"{left.pid}\n":
            assert time.monotonic() < until
            time.sleep(0.05)
    finally:
        for one in them:
            one.kill()
            one.wait()
