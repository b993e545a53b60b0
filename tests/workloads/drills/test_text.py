"""The text job of a drill on a Ray of its own: what it tells, and that a later run goes on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.workloads.programs import run


def cleaned(folder: Path, *more: str) -> list[dict[str, Any]]:
    """What a run told of four files of half a second."""
    asked = ("--folder", str(folder), "--output", "clean", "--files", "4", "--seconds", "0.5")
    done = run("-m", "workloads.drills.text", *asked, *more)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"at":')]


def test_files_are_told_from_start_to_end_and_a_later_run_goes_on(tmp_path: Path) -> None:
    told = cleaned(tmp_path, "--keep")
    for number in range(4):
        own = [one for one in told if one.get("task") == number]
        assert [one["what"] for one in own] == ["started", "ended"]
        # An actor takes them down as they come, the first of a worker with some delay.
        assert own[0]["at"] <= own[1]["at"]
    first = told[-1]
    # All batches have their share of the pause.
    assert first["seconds"] >= 0.5
    assert (first["tasks"], first["done"], first["written"], first["right"]) == (4, 4, 4, True)

    lost = sorted((tmp_path / "clean").glob("part-*"))[1]
    lost.unlink()
    told = cleaned(tmp_path)
    assert [one["task"] for one in told if one["what"] == "started"] == [1]
    second = told[-1]
    assert (second["done"], second["written"], second["right"]) == (4, 1, True)
    assert second["digest"] == first["digest"]
    # What is not to be kept is taken away; the text that it was made from stays.
    assert [one.name for one in tmp_path.iterdir()] == ["raw-4000"]
