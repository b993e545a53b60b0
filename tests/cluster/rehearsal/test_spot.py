"""Spot instances that are taken back, and datasets that are kept to one kind of node."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from images.engine import Engine
from tests.cluster.minis import wait_until
from tests.cluster.rehearsal import pair
from tests.cluster.rehearsal.rehearsals import Launching, Rehearsal
from tests.cluster.rehearsal.working import submit

NOTICE, TASKS, SECONDS = 60, 20, 5
# What is to be reached; it looks once a second.
MOST_SECONDS_TO_REACT = 3.0
PINNED = """
import json, time
import ray
from workloads.subcluster import subcluster


def work(batch):
    time.sleep(2)
    return {"address": [ray.util.get_node_ip_address()] * len(batch["id"])}


ray.init()
with subcluster("amd"):
    rows = ray.data.range(8, override_num_blocks=8)
done = rows.map_batches(work, num_cpus=1).take_all()
print("done", json.dumps([row["address"] for row in done]), flush=True)
"""


@pytest.fixture(scope="module")
def spots(
    rehearse: None,  # noqa: ARG001 - before images are built
    imaged: Engine,
    launching: Launching,
) -> Iterator[Rehearsal]:
    """A rehearsal with two kinds of spot node, of which none runs at first."""
    if imaged.arch != "amd64":
        pytest.skip("its nodes are amd64, which would be emulated here")
    with launching(pair.config) as running:
        yield running


def happened(spots: Rehearsal, folder: Path) -> list[dict[str, Any]]:
    """All events, those of Ray's own log too."""
    file = folder / "events.json"
    picture = str(folder / "events.png")
    done = spots.invoke("rehearsal.events", "--json", str(file), "--picture", picture)
    assert done.returncode == 0, done.stderr
    events: list[dict[str, Any]] = json.loads(file.read_text())["events"]
    return events


@pytest.mark.timeout(900)
def test_a_node_that_is_taken_back_is_left_in_time(spots: Rehearsal, tmp_path: Path) -> None:
    # Not tried again: a task that is lost would fail the job.
    work = submit(spots, tmp_path, TASKS, seconds=SECONDS, retries=0)
    work.wait_until_under_way()
    number = next(iter(spots.workers()))
    began = time.time()
    spots.ask("interrupt", instance=number, seconds=NOTICE)

    assert sorted(one.number for one in work.done()) == list(range(TASKS))

    events = happened(spots, tmp_path)
    own = {one["what"]: one for one in events if one["instance"] == number}
    assert own["draining"]["details"]["said"].startswith("EC2 is to terminate this instance at 20")
    assert own["draining"]["at"] - own["notice"]["at"] <= MOST_SECONDS_TO_REACT
    assert own["left"]["at"] < began + NOTICE
    joined = [one["at"] for one in events if one["what"] == "joined"]
    assert own["notice"]["at"] < max(joined) < began + NOTICE


@pytest.mark.timeout(900)
def test_a_dataset_that_is_kept_to_a_subcluster_launches_that_alone(
    spots: Rehearsal, tmp_path: Path
) -> None:
    wait_until(lambda: not spots.workers(), "idle workers have ended", 180)
    began = time.time()
    (tmp_path / "pinned.py").write_text(PINNED)
    done = spots.invoke("submit", "--script", str(tmp_path / "pinned.py"), timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
    asked = [one for one in spots.events("asked for") if one.at > began]
    assert {one.details["node_type"] for one in asked} == {"amd"}
    (line,) = [one for one in done.stdout.splitlines() if one.startswith("done ")]
    addresses = json.loads(line.removeprefix("done "))
    assert len(addresses) == 8
