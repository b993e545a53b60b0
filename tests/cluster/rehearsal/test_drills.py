"""Drills as a user runs them: the exit code, the report, and the JSON with what was measured."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.rehearsal.rehearsals import Launching, Rehearsal
from tests.cluster.rehearsal.small import changed, without_graviton, write

pytestmark = pytest.mark.flaky(reruns=1)

CLUSTER = "spot"
CHANGES = {
    "idle_timeout_minutes: 5": "idle_timeout_minutes: 0.5",
    "resources: { CPU: 8, Intel: 8 }": "resources: { CPU: 2, Intel: 2 }",
}
SECONDS_TO_DRILL = 900


def config(folder: Path) -> Path:
    """The config `spot` with two small workers at least, and none that would be emulated."""
    text = without_graviton(changed(CLUSTER, CHANGES))
    return write(folder, CLUSTER, text.replace("    min_workers: 1\n", "    min_workers: 2\n"))


@pytest.fixture(scope="module")
def spots(
    rehearse: None,  # noqa: ARG001 - before images are built
    launching: Launching,
) -> Iterator[Rehearsal]:
    """A cluster of two spot workers."""
    with launching(config) as running:
        yield running


def drilled(rehearsal: Rehearsal, name: str, folder: Path) -> dict[str, Any]:
    """What a drill measured whose verdict holds."""
    words = ("drill", name, "--target", "rehearsal", "--folder", str(folder))
    done = rehearsal.invoke(*words, timeout=SECONDS_TO_DRILL)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"drill {name}: the verdict holds" in done.stdout
    own = folder / name
    assert (own / "report.md").read_text().startswith(f"# Drill {name}: the verdict holds")
    assert (own / "picture.png").read_bytes().startswith(b"\x89PNG")
    told: dict[str, Any] = json.loads((own / f"{name}.json").read_text())
    assert (told["drill"], told["verdict"]) == (name, "holds")
    assert told["tasks_done"] == told["tasks"] > 0
    return told


def test_idle_workers_leave_and_what_that_saves_is_told(idle: Rehearsal, tmp_path: Path) -> None:
    told = drilled(idle, "idle", tmp_path)
    assert told["most_workers"] == 1
    assert idle.workers() == {}
    assert told["usd_workers"] <= told["usd_static"]


def test_tasks_run_where_they_are_pinned_to(spots: Rehearsal, tmp_path: Path) -> None:
    told = drilled(spots, "placement", tmp_path)
    assert told["kinds"] == "intel"
    assert told["named_s"] <= 10


def test_a_lost_worker_is_replaced_and_its_work_done_again(
    spots: Rehearsal, tmp_path: Path
) -> None:
    before = spots.workers().keys()
    told = drilled(spots, "node-loss", tmp_path)
    assert told["lost_task_seconds"] > 0
    assert max(told["detected_s"], told["replacement_s"]) <= 30
    # Both times one of them.
    assert len(spots.workers()) == len(before) == 2
    assert spots.workers().keys() != before


def test_spot_workers_taken_back_cost_no_work_with_the_watcher(
    spots: Rehearsal, tmp_path: Path
) -> None:
    told = drilled(spots, "spot-reclaim", tmp_path)
    assert told["lost_task_seconds"] == 0
    assert told["short_lost_unwatched"] > 0
    assert told["detected_s"] <= 3
    assert told["replacement_s"] <= told["short_left_s"]


def test_a_lost_head_is_launched_again_and_the_job_goes_on(
    spots: Rehearsal, tmp_path: Path
) -> None:
    before = spots.workers().keys()
    told = drilled(spots, "head-loss", tmp_path)
    assert spots.workers().keys() == before
    assert told["replacement_s"] > 0
