"""A job goes on to the right end, whatever becomes of the processes that work on it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from errors import FunctionError
from tests.workloads.files import user
from tests.workloads.parquet import all_ids, contents, everything_in, ids, write_numbers
from tests.workloads.programs import ROOT, environment, run
from workloads.files.places import Folder
from workloads.files.record import RECORD
from workloads.files.transform import transform
from workloads.files.tuning import Tuning

# So many that no core can be through with them before the job is interrupted.
FILES = 12 * (os.cpu_count() or 1)
SECONDS_TO_DIE = 30.0


def outputs(folder: Path) -> list[Path]:
    return list(folder.glob("*.parquet"))


def kill_half_way(arguments: list[str], destination: Path) -> list[psutil.Process]:
    """Starts a job, ends it without a word when a third is done; gives what it had started."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while len(outputs(destination)) < FILES // 3:
            assert process.poll() is None, "it ended before it was half done"
            time.sleep(0.01)
        started = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    return started


def alive(processes: list[psutil.Process]) -> dict[str, psutil.Process]:
    """Those that still run, by name."""
    found = {}
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                found[process.name()] = process
    return found


def wait_for_the_end_of(processes: list[psutil.Process]) -> None:
    """Waits for what Ray had started, but for its agents: these notice after a minute only."""
    end = time.monotonic() + SECONDS_TO_DIE
    while left := {name for name in alive(processes) if not name.endswith("Agent")}:
        assert time.monotonic() < end, f"{left} outlived the process that had started Ray"
        time.sleep(0.05)
    for agent in alive(processes).values():
        agent.kill()


def test_a_killed_run_is_completed_by_running_it_again(tmp_path: Path) -> None:
    source = write_numbers(tmp_path / "in", [100] * FILES)
    function = f"{user.NAME}:slow"
    command = ["-m", "workloads.files", function, str(source), str(tmp_path / "out")]
    started = kill_half_way(command, tmp_path / "out")
    finished = {path: path.stat().st_mtime_ns for path in outputs(tmp_path / "out")}
    assert 0 < len(finished) < FILES
    done = run(*command)
    wait_for_the_end_of(started)
    assert done.returncode == 0, done.stderr
    transform(source, tmp_path / "undisturbed", function, progress=False)
    assert contents(tmp_path / "out") == contents(tmp_path / "undisturbed")
    assert sorted(all_ids(tmp_path / "out")) == list(range(100 * FILES))
    assert {path: path.stat().st_mtime_ns for path in finished} == finished
    # A worker may complete the file that it was at before it notices.
    there = re.search(r", (\d+) were there already; ", done.stdout)
    assert there is not None
    assert len(finished) <= int(there[1]) < FILES
    expected = {RECORD, *(f"{index}.parquet" for index in range(FILES))}
    assert everything_in(tmp_path / "out") == expected


def test_a_killed_worker_costs_no_row_and_doubles_none(tmp_path: Path) -> None:
    source = write_numbers(tmp_path / "in", [10] * 6)
    marker = tmp_path / "died"
    summary = transform(
        source,
        tmp_path / "out",
        f"{user.NAME}:dies_once",
        options={"marker": str(marker)},
        tuning=Tuning(100),
        progress=False,
    )
    assert marker.exists()
    assert ids(tmp_path / "out") == ids(source)
    assert summary.rows_out == 60
    assert everything_in(tmp_path / "out") == {RECORD, *ids(source)}


def test_an_error_stops_what_is_still_to_do(tmp_path: Path) -> None:
    # The largest comes first, and fails.
    source = write_numbers(tmp_path / "in", [200, *[10] * FILES])
    with pytest.raises(FunctionError, match="seven is not to be had"):
        transform(source, tmp_path / "out", f"{user.NAME}:raises_or_is_slow", progress=False)
    time.sleep(1)  # for what was at work already
    then = Folder.of(tmp_path / "out").files()
    time.sleep(2)
    assert Folder.of(tmp_path / "out").files() == then
    assert len(then) < FILES
