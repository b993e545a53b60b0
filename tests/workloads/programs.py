"""Python programs run as processes of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

PROGRESS = re.compile(r"[\w.:]+: \d+ of \d+ MB, \d+ MB/s")
# What its processes write to a driver's standard error by themselves, on a machine that is slow.
OF_RAY = re.compile(r"\(raylet\)|\[\d{4}-\d\d-\d\d [\d:,.]+ [A-Z] ")
ROOT = Path(__file__).parents[2]
# What a process has held at most is a line of its status; the counter begins anew with exec.
TELL_PEAK = """
import pathlib, re
print("peak", re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
"""


def environment(**changes: str) -> dict[str, str]:
    """This process's environment, with our packages importable from any folder."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    return inherited | {"PYTHONPATH": str(ROOT)} | changes


def run(
    *arguments: str, cwd: Path = ROOT, changes: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs Python with these arguments to its end."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment(**(changes or {})),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def said_besides_progress(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The lines on standard error that neither tell how far the work has come nor are Ray's own."""
    return [
        line
        for line in done.stderr.splitlines()
        if not PROGRESS.fullmatch(line) and not OF_RAY.match(line)
    ]


def peak_bytes(code: str, *arguments: str) -> int:
    """The most memory that a process held which ran this code."""
    done = run("-c", code + TELL_PEAK, *arguments)
    assert done.returncode == 0, done.stderr
    return int(done.stdout.rpartition("peak ")[2]) * 1024
