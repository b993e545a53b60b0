import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from tests.workloads.bench.processes import alive
from workloads.bench import session

OBEDIENT = "import time; print(flush=True); time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {OBEDIENT}"
# A leader that is gone, and a process of its session in a group of its own.
ORPHANED = f"""
import os, subprocess, sys
orphan = subprocess.Popen([sys.executable, "-c", {OBEDIENT!r}], process_group=0)
print(orphan.pid, flush=True)
os._exit(0)
"""


def started(code: str) -> tuple[subprocess.Popen[str], str]:
    """The leader of a new session, and the line by which it said that it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline()


def test_another_session_is_left_alone() -> None:
    process, _ = started(OBEDIENT)
    assert session.members(os.getsid(0)).count(process.pid) == 0
    assert session.members(process.pid) == [process.pid]
    session.end(process.pid)
    assert process.wait(timeout=60) == -signal.SIGTERM


def test_what_does_not_obey_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "SECONDS_TO_OBEY", 0.3)
    process, _ = started(STUBBORN)
    session.end(process.pid)
    assert process.wait(timeout=60) == -signal.SIGKILL


def test_what_a_dead_leader_started_is_ended() -> None:
    process, line = started(ORPHANED)
    orphan = int(line)
    assert process.wait() == 0
    assert session.members(process.pid) == [orphan]
    session.end(process.pid)
    assert alive([orphan]) == []


def test_a_zombie_is_not_waited_for() -> None:
    process, _ = started("pass")
    while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    begin = time.monotonic()
    session.end(process.pid)
    assert time.monotonic() - begin < session.SECONDS_TO_OBEY
    process.wait()
