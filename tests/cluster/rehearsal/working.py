"""A job of tasks that take their time and tell where they ran."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster.reading import read_rest, read_until
from tests.cluster.rehearsal.rehearsals import Rehearsal

SECONDS_TO_END = 400
SCRIPT = """
import json
import platform
import sys
import time

import ray

count, seconds, resource = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
retries = int(sys.argv[4])
ray.init()


@ray.remote(num_cpus=1, resources={resource: 1}, max_retries=retries)
def work(number):
    time.sleep(seconds)
    return number, platform.machine(), ray.util.get_node_ip_address()


pending = [work.remote(number) for number in range(count)]
ray.wait(pending, num_returns=1)
print("under way", flush=True)
print("done", json.dumps(ray.get(pending)), flush=True)
"""


@dataclass(frozen=True)
class Done:
    """A task: its number, the machine's arch as it says itself, and its address."""

    number: int
    machine: str
    address: str


@dataclass(frozen=True)
class Work:
    """A job under way."""

    process: subprocess.Popen[str]

    def wait_until_under_way(self) -> None:
        """Waits for the end of the first task."""
        read_until(self.process, "under way")

    def done(self) -> list[Done]:
        """Waits for the end, which is to be a good one; gives the tasks."""
        try:
            stdout, stderr = read_rest(self.process, SECONDS_TO_END)
        finally:
            # Nothing, where it has ended.
            self.process.terminate()
        assert self.process.returncode == 0, stdout + stderr
        (line,) = [one for one in stdout.splitlines() if one.startswith("done ")]
        told: list[Any] = json.loads(line.removeprefix("done "))
        return [Done(*one) for one in told]


def submit(
    rehearsal: Rehearsal,
    folder: Path,
    tasks: int,
    *,
    seconds: float,
    resource: str = "Intel",
    retries: int = 10,
) -> Work:
    """Starts a job.

    Args:
        rehearsal: with a cluster.
        folder: for the script.
        tasks: how many, each for a CPU.
        seconds: that each takes.
        resource: that each takes one of besides.
        retries: of a task whose node is lost, before the job fails.
    """
    (folder / "working.py").write_text(SCRIPT)
    arguments = ["--script", "working.py", "--", str(tasks), str(seconds), resource]
    arguments.append(str(retries))
    return Work(rehearsal.start("submit", *arguments, cwd=folder))
