"""A killed deduplication goes on where it was, in whichever stage that is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workloads.dedup.texts import write_texts
from tests.workloads.files.jobs import times
from tests.workloads.killed import run_to_the_end, run_until_killed
from tests.workloads.parquet import contents, everything_in, ids
from workloads.dedup import exact, minhash
from workloads.files.record import RECORD

# Several more than are done before the one who waits for them knows of the first.
FILES, ROWS = 12, 100
STAGES = {
    "exact": ["keys", "repeats", "result"],
    "minhash": ["keys", "links", "components", "result"],
}


def texts(file: int) -> list[str]:
    """Some that occur in several files, and some that do so nearly."""
    words = [f"word {number}" for number in range(16)]
    return [
        " ".join([*words[row % 7 :], f"x{row * (file + 3) % 701}", *words[: 7 + row % 7]] * 3)
        for row in range(ROWS)
    ]


@pytest.mark.parametrize("command", ["exact", "minhash"])
def test_killed_in_each_stage_and_run_again(tmp_path: Path, command: str) -> None:
    source = write_texts(tmp_path / "in", [texts(file) for file in range(FILES)])
    out = tmp_path / "out"
    arguments = [command, str(source), str(out)]
    before: dict[Path, dict[str, int]] = {}
    for stage in STAGES[command]:
        run_until_killed("workloads.dedup.__main__", stage, arguments, tmp_path)
        folders = [out / "_stages" / earlier for earlier in STAGES[command][:-1]]
        after = {folder: times(folder) for folder in (*folders, out)}
        # What was there has not been written anew, and something of this stage has come.
        for folder, files in before.items():
            assert {name: after[folder].get(name) for name in files} == files
        assert after[out if stage == "result" else out / "_stages" / stage]
        assert len(after[out]) < FILES
        before = after
    run_to_the_end("workloads.dedup.__main__", arguments, tmp_path)
    assert {name: times(out)[name] for name in before[out]} == before[out]
    job = exact if command == "exact" else minhash
    job(source, tmp_path / "undisturbed", progress=False)
    assert contents(out) == contents(tmp_path / "undisturbed")
    assert 0 < sum(map(len, ids(out).values())) < FILES * ROWS
    assert everything_in(out) == {RECORD, *ids(source)}
