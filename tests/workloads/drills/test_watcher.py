"""Stopping the watcher of a node, by the number that it keeps."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cluster.node.watch import single
from workloads.drills.watcher import FILE, stop


def test_the_file_is_the_watchers_own() -> None:
    assert single.FILE == FILE


def test_the_process_of_that_number_ends(tmp_path: Path) -> None:
    file = tmp_path / "number"
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"]) as process:
        file.write_text(f"{process.pid}\n")
        assert stop(str(file)) == f"process {process.pid} has ended"
        assert process.wait() != 0


def test_one_that_does_not_end_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workloads.drills.watcher.SECONDS_TO_END", 0.2)
    deaf = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(100)"
    )
    file = tmp_path / "number"
    with subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        file.write_text(f"{process.pid}\n")
        assert stop(str(file)) == f"process {process.pid} lives on"
        process.kill()


@pytest.mark.parametrize("content", [None, "", "no number"])
def test_where_there_is_none_that_is_said(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "number"
    if content is not None:
        file.write_text(content)
    assert stop(str(file)) == "there was none"
