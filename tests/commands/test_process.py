"""Programs that the commands start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from commands import ROOT
from commands.process import program, run

SLOW_TO_END = """
import time
try:
    print("started", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    time.sleep(1)  # longer than Python's own patience of 0.25 s
    print("cleaned up", flush=True)
"""


def test_a_program_runs_in_the_repository_and_its_code_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code = f"import os, sys; sys.exit(3 if os.path.samefile('.', {str(ROOT)!r}) else 4)"
    assert run([sys.executable, "-c", code]) == 3


def test_ctrl_c_leaves_the_program_time_to_clean_up() -> None:
    program = [sys.executable, "-c", SLOW_TO_END]
    code = f"from commands.process import run; run({program!r})"
    running = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "started\n"
    os.killpg(running.pid, signal.SIGINT)
    assert running.communicate(timeout=60)[0] == "cleaned up\n"


def test_a_program_is_looked_for_beside_the_interpreter_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "pytest"
    elsewhere.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program("pytest") == str(Path(sys.executable).with_name("pytest"))
    assert program("no-such-program") is None
