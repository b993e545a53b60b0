"""Clips in files to features in files: from Parquet and from folders, and resumed."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from errors import OutputError, UsageError
from tests.workloads.audio.sounds import between_silences, encoded, tone
from tests.workloads.files.test_job import FILES, kill_half_way, outputs, wait_for_the_end_of
from tests.workloads.parquet import all_ids, contents, everything_in, write
from tests.workloads.programs import run
from workloads.audio import AudioSpec, features, make_features
from workloads.files.job import Summary
from workloads.files.record import RECORD
from workloads.files.rejects import OTHERS, REJECTED
from workloads.files.shapes import Shape

CLIPS = (encoded(between_silences(0.3, 0.5, 0.4)), encoded(tone(0.4), "MP3"), b"no clip", None)
CLIP = pa.struct({"bytes": pa.binary(), "path": pa.string()})


def table(start: int, stop: int) -> pa.Table:
    rows = [{"bytes": CLIPS[id_ % 4], "path": f"{id_}.wav"} for id_ in range(start, stop)]
    return pa.table({"id": pa.array(range(start, stop)), "audio": pa.array(rows, CLIP)})


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three files, of two clips that are good and two that are not, and of none."""
    folder = tmp_path_factory.mktemp("clips")
    write(folder / "a.parquet", table(0, 4))
    write(folder / "b" / "c.parquet", table(4, 8))
    write(folder / "none.parquet", table(0, 1)[:0])
    return folder


def make(source: Path, out: Path, **settings: Any) -> Summary:
    return make_features(source, out, progress=False, **settings)


def rejected(out: Path, name: str) -> pa.Table:
    return pq.read_table(out / REJECTED / name, partitioning=None)


def test_parquet_to_features(source: Path, tmp_path: Path) -> None:
    summary = make(source, tmp_path / "out")
    assert (summary.rows_in, summary.rows_out) == (8, 4)
    assert summary.rejected == {"not audio": 2, "no audio": 2}
    assert all_ids(tmp_path / "out") == [0, 1, 4, 5]
    for name, found in contents(tmp_path / "out").items():
        due = features(pq.read_table(source / name))
        assert found.equals(due.kept)
        if due.rejected.num_rows:
            assert rejected(tmp_path / "out", name).equals(due.rejected)
    assert not (tmp_path / "out" / REJECTED / "none.parquet").exists()


def test_a_folder_of_sounds_to_features(tmp_path: Path) -> None:
    sounds = {"b/2.WAV": CLIPS[0], "a.mp3": CLIPS[1], "c.flac": b"", "d.ogg": CLIPS[2]}
    for name, content in sounds.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(content or b"")
    (tmp_path / "in" / "notes.txt").write_text("no sound")
    summary = make(tmp_path / "in", tmp_path / "out", bytes_per_file=10**9)
    made = contents(tmp_path / "out")
    assert [one["path"].to_pylist() for one in made.values()] == [["a.mp3", "b/2.WAV"]]
    assert [one["seconds"].to_pylist() for one in made.values()] == [[0.4, 1.2]]
    assert summary.rejected == {"no audio": 1, "not audio": 1, "other suffix": 1}
    assert rejected(tmp_path / "out", OTHERS)["path"].to_pylist() == ["notes.txt"]
    found = rejected(tmp_path / "out", "part-00000-of-00001.parquet")
    assert found.select(["path", "reason"]).to_pylist() == [
        {"path": "c.flac", "reason": "no audio"},
        {"path": "d.ogg", "reason": "not audio"},
    ]


def test_what_does_not_go_together_is_told(source: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no files of sound: --bytes-per-file is for these"):
        make(source, tmp_path / "out", bytes_per_file=10)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.wav").write_bytes(CLIPS[0] or b"")
    with pytest.raises(UsageError, match="say how much goes into an output file with --bytes-per"):
        make(tmp_path / "in", tmp_path / "out", shape=Shape(files=1))


@pytest.mark.parametrize("option", ["longest", "silence_db"])
@pytest.mark.parametrize("value", [-1.0, math.inf, math.nan])
def test_an_option_that_makes_no_sense_claims_no_folder(
    source: Path, tmp_path: Path, option: str, value: float
) -> None:
    with pytest.raises(UsageError, match="must be finite and more than 0"):
        make(source, tmp_path / "out", **{option: value})
    assert not (tmp_path / "out").exists()


def test_other_options_do_not_go_on_with_a_run(source: Path, tmp_path: Path) -> None:
    make(source, tmp_path / "out")
    assert make(source, tmp_path / "out").already_there == 3
    with pytest.raises(OutputError, match=r"'longest': 120.* and is now .*'longest': 60"):
        make(source, tmp_path / "out", longest=60)


def test_a_killed_run_is_completed_by_running_it_again(tmp_path: Path) -> None:
    made = AudioSpec(40).table(range(40))
    for index in range(FILES):
        ids = pa.array(range(index * 40, index * 40 + 40))
        bad = pa.array([None if id_ % 10 == 0 else made["audio"][id_].as_py() for id_ in range(40)])
        clips = pa.table({"id": ids, "audio": bad.cast(made.schema.field("audio").type)})
        write(tmp_path / "in" / f"{index}.parquet", clips)
    out = tmp_path / "out"
    command = ["-m", "workloads.audio", "features", str(tmp_path / "in"), str(out)]
    started = kill_half_way(command, out)
    finished = {path: path.stat().st_mtime_ns for path in outputs(out)}
    assert 0 < len(finished) < FILES
    done = run(*command)
    wait_for_the_end_of(started)
    assert done.returncode == 0, done.stderr
    assert {path: path.stat().st_mtime_ns for path in finished} == finished
    make(tmp_path / "in", tmp_path / "undisturbed")
    assert contents(out) == contents(tmp_path / "undisturbed")
    assert sorted(all_ids(out)) == [id_ for id_ in range(FILES * 40) if id_ % 10]
    names = [f"{index}.parquet" for index in range(FILES)]
    for name in names:
        assert rejected(out, name).equals(rejected(tmp_path / "undisturbed", name))
    expected = {RECORD, REJECTED, *names, *(f"{REJECTED}/{name}" for name in names)}
    assert everything_in(out) == expected
