"""Jobs killed in the middle, stage by stage, and run again until they are done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from tests.workloads.programs import ROOT, environment

SECONDS_TO_DIE = 30.0
# Kills itself when the first task of a stage is done, after telling what processes it has started.
# Buckets are small for there to be several: so each run is to be one of these.
PROGRAM = """
import importlib, os, pathlib, signal, sys
import psutil
from workloads.files import job

module, stage, told = sys.argv[1:4]

class Deadly(job.Meter):
    def advance(self, amount):
        super().advance(amount)
        if self._label.endswith(":" + stage):
            started = psutil.Process().children(recursive=True)
            pathlib.Path(told).write_text(" ".join(str(one.pid) for one in started))
            os.kill(os.getpid(), signal.SIGKILL)

job.Meter = Deadly
importlib.import_module("workloads.dedup.keys").KEYS_PER_BUCKET = 200
importlib.import_module("workloads.aggregate.labels").TEXTS_PER_BUCKET = 200
sys.exit(importlib.import_module(module).main(sys.argv[4:]))
"""


def run_until_killed(module: str, stage: str, arguments: Sequence[str], folder: Path) -> None:
    """Runs `python -m MODULE` until the first task of a stage is done, and waits for its end."""
    told = folder / "started"
    assert _run(module, stage, told, arguments) == -signal.SIGKILL
    _wait_for_the_end_of([int(pid) for pid in told.read_text().split()])


def run_to_the_end(module: str, arguments: Sequence[str], folder: Path) -> None:
    """Runs `python -m MODULE` without killing it."""
    assert _run(module, "no such stage", folder / "started", arguments) == 0


def _run(module: str, stage: str, told: Path, arguments: Sequence[str]) -> int:
    # Its output goes nowhere: what Ray has started would hold a pipe open.
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, module, stage, str(told), *arguments],
        cwd=ROOT,
        # One task at a time, or all of a stage are done when the first one is told.
        env=environment(RAY_ON_AWS_AT_ONCE="1"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        timeout=180,
    )
    return done.returncode


def _wait_for_the_end_of(pids: Sequence[int]) -> None:
    """Waits for what Ray had started, but for its agents: these notice after a minute only."""
    end = time.monotonic() + SECONDS_TO_DIE
    while left := [pid for pid in pids if _lives(pid)]:
        if all(_name(pid).endswith("Agent") for pid in left):
            break
        assert time.monotonic() < end, f"{left} outlived the process that had started Ray"
        time.sleep(0.05)
    for pid in left:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _lives(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def _name(pid: int) -> str:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).name()
    return ""
