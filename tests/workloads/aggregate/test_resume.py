"""A killed aggregation or shuffle goes on where it was, in whichever stage that is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workloads.aggregate.tables import write_rows
from tests.workloads.files.jobs import times
from tests.workloads.killed import run_to_the_end, run_until_killed
from tests.workloads.parquet import contents, everything_in
from workloads.aggregate import labels, shuffle
from workloads.files.record import RECORD

FILES, ROWS = 6, 200
STAGES = {"labels": ["partials", "distinct"], "shuffle": ["rows", "result"]}


@pytest.mark.parametrize("command", ["labels", "shuffle"])
def test_killed_in_each_stage_and_run_again(tmp_path: Path, command: str) -> None:
    source = write_rows(
        tmp_path / "in",
        [
            [(f"label {row % 7}", f"text {row * (file + 1) % 400}") for row in range(ROWS)]
            for file in range(FILES)
        ],
    )
    out = tmp_path / "out"
    arguments = [command, str(source), str(out)]
    before: dict[Path, dict[str, int]] = {}
    for stage in STAGES[command]:
        run_until_killed("workloads.aggregate.__main__", stage, arguments, tmp_path)
        stages = [folder for folder in (out / "_stages").iterdir() if folder.is_dir()]
        after = {folder: times(folder) for folder in (*stages, out)}
        # What was there has not been written anew, and something of this stage has come.
        for folder, files in before.items():
            assert {name: after[folder].get(name) for name in files} == files
        assert after[out if stage == "result" else out / "_stages" / stage]
        before = after
    run_to_the_end("workloads.aggregate.__main__", arguments, tmp_path)
    assert {name: times(out)[name] for name in before[out]} == before[out]
    job = labels if command == "labels" else shuffle
    job(source, tmp_path / "undisturbed", progress=False)
    assert contents(out) == contents(tmp_path / "undisturbed")
    assert everything_in(out) == {RECORD, *contents(out)}
