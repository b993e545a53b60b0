"""Tasks on an embedded Ray: each once, the largest first, and nothing left behind."""

from __future__ import annotations

import ipaddress
import itertools
import json
import logging
import math
import os
import random
import re
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import pytest

from errors import InputError, ServiceError, StorageError, UsageError
from tests.workloads.programs import run
from workloads.files import distribute as module
from workloads.files.distribute import distribute, start_ray
from workloads.files.tasks import Outcome


def note(file: Path, text: str = "here") -> int:
    """Adds a line; gives how many there are."""
    with file.open("a") as opened:
        opened.write(f"{text}\n")
    return len(file.read_text().splitlines())


@dataclass(frozen=True)
class Note:
    """Notes when it was run, in a file of its name."""

    name: str
    folder: Path
    weight: int = 1
    wrong: bool = False
    told: bool = False

    def run(self) -> Outcome:
        note(self.folder / self.name, str(time.time_ns()))
        if self.wrong:
            raise ZeroDivisionError("a bug in the task")
        error = InputError(f"{self.name} cannot be read") if self.told else None
        return Outcome(self.name, self.weight, rows_in=self.weight, error=error)


@dataclass(frozen=True)
class Deadly:
    """Ends the process that runs it, as a crash in a library does; leaves a mark each time."""

    name: str
    folder: Path
    weight: int = 1

    def run(self) -> Outcome:
        note(self.folder / self.name)
        os._exit(1)


@dataclass(frozen=True)
class Slow:
    """Takes a moment, and notes when it began and when it was over."""

    name: str
    folder: Path
    weight: int = 1

    def run(self) -> Outcome:
        begin = time.time_ns()
        time.sleep(0.2)
        (self.folder / self.name).write_text(f"{begin} {time.time_ns()}")
        return Outcome(self.name, self.weight)


@dataclass(frozen=True)
class CutOff:
    """Cannot reach its store so many times; notes each."""

    name: str
    folder: Path
    times: int
    weight: int = 1

    def run(self) -> Outcome:
        tried = note(self.folder / self.name)
        error = StorageError("the store cannot be reached") if tried <= self.times else None
        return Outcome(self.name, self.weight, error=error)


@pytest.mark.parametrize(
    ("clustered", "times", "tried", "fails"),
    [(True, 0, 1, False), (True, 2, 3, False), (True, 9, 3, True), (False, 9, 1, True)],
)
def test_on_a_cluster_a_task_that_cannot_reach_its_store_tries_again(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    clustered: bool,
    times: int,
    tried: int,
    fails: bool,
) -> None:
    start_ray()
    monkeypatch.setattr(module, "PAUSES", (0.1, 0.1))
    monkeypatch.setattr(module, "start_ray", lambda: None)
    monkeypatch.setattr(module, "on_cluster", lambda: clustered)
    (outcome,) = distribute([CutOff("one", tmp_path, times)])
    assert len((tmp_path / "one").read_text().splitlines()) == tried
    assert (outcome.error is not None) is fails


def test_no_more_tasks_are_under_way_at_a_time_than_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_ON_AWS_AT_ONCE", "1")
    assert len(list(distribute([Slow(str(number), tmp_path) for number in range(6)]))) == 6
    times = sorted(tuple(map(int, one.read_text().split())) for one in tmp_path.iterdir())
    assert len(times) == 6
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(times))


@pytest.mark.parametrize(
    ("tasks", "cpus", "each", "most"),
    [
        ("", "", 1, None),
        ("5", "", 3, 5),
        ("", "5", 1, 5),
        ("", "5", 2, 2),
        ("", "5", 8, 1),
        ("3", "8", 2, 3),
        ("3", "4", 2, 2),
    ],
)
def test_what_is_under_way_at_a_time_is_said_in_tasks_or_in_cpus(
    monkeypatch: pytest.MonkeyPatch, tasks: str, cpus: str, each: int, most: int | None
) -> None:
    monkeypatch.setenv("RAY_ON_AWS_AT_ONCE", tasks)
    monkeypatch.setenv("RAY_ON_AWS_CPUS_AT_ONCE", cpus)
    assert module.at_once(each) == most


def test_no_node_is_asked_for_beyond_the_tasks_that_are_under_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from ray.data import DataContext

    limits: dict[str, float] = {}
    for said in ("", "3"):
        monkeypatch.setenv("RAY_ON_AWS_AT_ONCE", said)
        with module._files_as_rows(module.at_once()):
            limits[said] = DataContext.get_current().execution_options.resource_limits.cpu
    assert limits == {"": math.inf, "3": 3}
    assert DataContext.get_current().execution_options.resource_limits.cpu == math.inf


@pytest.mark.parametrize("variable", ["RAY_ON_AWS_AT_ONCE", "RAY_ON_AWS_CPUS_AT_ONCE"])
@pytest.mark.parametrize("said", ["0", "-1", "two", "1.5"])
def test_what_is_no_number_is_refused(
    variable: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, said)
    with pytest.raises(UsageError, match=f"{variable} is '{said}', and should be"):
        list(distribute([Note("one", Path())]))


def test_a_task_that_ends_its_worker_each_time_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_RETRIES", 1)
    with pytest.raises(ServiceError, match="lost 2 times"):
        list(distribute([Deadly("deadly", tmp_path)]))
    assert (tmp_path / "deadly").read_text().splitlines() == ["here"] * 2


def test_each_task_is_run_once_and_the_largest_first(tmp_path: Path) -> None:
    weights = list(range(1, 41))
    random.Random(0).shuffle(weights)
    outcomes = list(distribute([Note(str(weight), tmp_path, weight) for weight in weights]))
    assert sorted(outcome.rows_in for outcome in outcomes) == list(range(1, 41))
    starts = {int(path.name): path.read_text().splitlines() for path in tmp_path.iterdir()}
    assert all(len(times) == 1 for times in starts.values())
    in_order = sorted(starts, key=lambda weight: int(starts[weight][0]))
    # Workers start when they can, so that the order is kept by and large only.
    assert mean(in_order[:20]) > 25


def test_tasks_share_blocks_when_there_are_very_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BLOCKS", 3)
    outcomes = list(distribute([Note(str(index), tmp_path) for index in range(20)]))
    assert {outcome.name for outcome in outcomes} == set(map(str, range(20)))


def test_errors_of_ours_come_back_whole(tmp_path: Path) -> None:
    (outcome,) = distribute([Note("a", tmp_path, told=True)])
    assert type(outcome.error) is InputError
    assert str(outcome.error) == "a cannot be read"
    assert outcome.bad_input


def test_a_bug_in_a_task_is_raised_and_the_settings_are_as_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    start_ray()
    from ray.data import DataContext

    context = DataContext.get_current()
    caplog.set_level(logging.ERROR, "ray.data")
    with pytest.raises(Exception, match="a bug in the task"):
        list(distribute([Note("a", tmp_path), Note("b", tmp_path, wrong=True)]))
    assert DataContext.get_current() is context
    assert logging.getLogger("ray.data").level == logging.ERROR


# In a process of its own: that of the tests may have other children, which listen elsewhere.
LISTENING = """
import json

import psutil
import ray

from workloads.files.distribute import start_ray

start_ray()
first = ray.get_runtime_context().gcs_address
start_ray()
assert ray.get_runtime_context().gcs_address == first
listening = [
    connection.laddr.ip
    for child in psutil.Process().children(recursive=True)
    for connection in child.net_connections("inet")
    if connection.status == psutil.CONN_LISTEN
]
print("listening", json.dumps(listening))
"""


def test_ray_is_started_once_and_listens_to_this_machine_only() -> None:
    done = run("-c", LISTENING)
    assert done.returncode == 0, done.stderr
    (line,) = re.findall("^listening (.*)$", done.stdout, re.MULTILINE)
    listening = [ipaddress.ip_address(one.removeprefix("::ffff:")) for one in json.loads(line)]
    assert len(listening) > 2
    assert all(address.is_loopback for address in listening), listening


def test_ray_is_not_started_for_nothing() -> None:
    code = "import sys; from workloads.files.distribute import distribute as d; "
    done = run("-c", code + "print(list(d([])), 'ray' in sys.modules)")
    assert done.stdout == "[] False\n"
