"""Jobs: their output as it comes, their exit code, Ctrl-C, and who may start one."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from ray.job_submission import JobStatus

from cluster import jobs
from cluster.jobs import Job, run
from cluster.launched import Launched
from errors import ServiceError
from tests.cluster.minis import Mini, run_in, wait_until
from tests.cluster.reading import read_rest, read_until
from tests.workloads.programs import environment


class Hasty:
    """A client as Ray's is when a job writes its last lines while Ray looks at its state."""

    def submit_job(self, **_: object) -> str:
        return "number"

    async def tail_job_logs(self, _number: str) -> AsyncIterator[str]:
        yield "one\ntw"

    def get_job_info(self, _number: str) -> SimpleNamespace:
        return SimpleNamespace(status=JobStatus.SUCCEEDED, driver_exit_code=0)

    def get_job_logs(self, _number: str) -> str:
        return "one\ntwo\nthree"


def test_lines_that_ray_leaves_out_at_the_end_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_client", lambda _launched: Hasty())
    launched = Launched("compose", "one", "http://127.0.0.1:1", "/nowhere", "s3://b", "", "")
    said: list[str] = []
    assert run(launched, Job("true"), said.append) == 0
    assert said == ["one", "two", "three"]


def test_a_job_whose_lines_nobody_can_take_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped: list[str] = []

    class Stopped(Hasty):
        def stop_job(self, number: str) -> None:
            stopped.append(number)

    def tell(line: str) -> None:
        raise ServiceError(f"EC2 does not answer after {line}")

    monkeypatch.setattr(jobs, "_client", lambda _launched: Stopped())
    launched = Launched("compose", "one", "http://127.0.0.1:1", "/nowhere", "s3://b", "", "")
    with pytest.raises(ServiceError, match="EC2 does not answer after one"):
        run(launched, Job("true"), tell)
    assert stopped == ["number"]


# Ray reads its token once a process, so a wrong one takes another process.
WITH_A_TOKEN = """
import json, sys
from cluster import jobs
from cluster.launched import Launched
from errors import ServiceError
try:
    jobs.run(Launched(**json.loads(sys.argv[1])), jobs.Job("true"), print)
except ServiceError as error:
    print("told:", error)
"""


def python(code: str) -> str:
    return shlex.join(["python", "-u", "-c", code])


def own(lines: list[str]) -> list[str]:
    """The lines that the job itself printed: what comes after Ray's first two."""
    start = next(at for at, line in enumerate(lines) if line.startswith("Running entrypoint"))
    return lines[start + 1 :]


@pytest.mark.parametrize(("code", "exit_code"), [("exit(3)", 3), ("raise ValueError('oh')", 1)])
def test_the_exit_code_is_passed_on(mini: Mini, code: str, exit_code: int) -> None:
    lines: list[str] = []
    assert run(mini.launched, Job(python(code)), lines.append) == exit_code
    assert own(lines)[-1:] == (["ValueError: oh"] if exit_code == 1 else [])


SPEAKING = """
import os, time
print("line 0")
give_up = time.monotonic() + 300
while not os.path.exists(os.environ["HEARD"]):
    time.sleep(0.1)
    assert time.monotonic() < give_up, "nobody heard the first line"
print("line 1")
print("가나 é", os.environ["GIVEN"])
print()
print("x" * 100_000)
print(open("here.txt").read(), end="")
"""


def test_output_comes_as_it_is_printed(mini: Mini, tmp_path: Path) -> None:
    (tmp_path / "here.txt").write_text("brought along")
    (tmp_path / "speaking.py").write_text(SPEAKING)
    heard = f"/tmp/heard-{uuid4().hex}"  # noqa: S108 - in a container
    job = Job(
        "python -u speaking.py",
        folder=tmp_path,
        variables={"GIVEN": "a value", "HEARD": heard},
    )
    lines: list[str] = []

    def hear(line: str) -> None:
        lines.append(line)
        if line == "line 0":
            # It says no more before.
            run_in(mini.containers()["head"], "touch", heard)

    assert run(mini.launched, job, hear) == 0
    assert own(lines) == [
        *("line 0", "line 1", "가나 é a value", "", "x" * 100_000),
        "brought along",
    ]


def processes(mini: Mini, mark: str) -> list[str]:
    """The processes on the head whose command line has the mark."""
    _, told = run_in(mini.containers()["head"], "ps", "-eo", "args")
    return [line for line in told.splitlines() if mark in line]


def test_ctrl_c_stops_the_job_on_the_cluster(mini: Mini, tmp_path: Path) -> None:
    (tmp_path / "endless.py").write_text(
        "import time\nprint('begun', flush=True)\ntime.sleep(10_000)\n"
    )
    started = mini.start("submit", "--script", "endless.py", "--", "a-mark", cwd=tmp_path)
    read_until(started, "begun")
    assert processes(mini, "a-mark")
    os.killpg(started.pid, signal.SIGINT)
    _, stderr = read_rest(started, 30)
    assert started.returncode == 130
    assert stderr.splitlines()[-1] == "interrupted"
    wait_until(lambda: not processes(mini, "a-mark"), "the job has ended", 30)


@pytest.mark.parametrize("token", [64 * "0", ""])
def test_who_has_no_token_may_start_no_job(mini: Mini, tmp_path: Path, token: str) -> None:
    file = tmp_path / "token"
    file.write_text(token)
    launched = json.dumps(asdict(mini.launched) | {"token_file": str(file)})
    done = subprocess.run(
        [sys.executable, "-c", WITH_A_TOKEN, launched],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.startswith(
        f"told: the cluster at {mini.launched.dashboard} refuses the token"
    )
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr
