"""`python -m workloads.dedup`, as it is typed; what is wrong, told in a sentence."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from tests.workloads.dedup.texts import write_texts
from tests.workloads.parquet import all_ids, everything_in, ids, write
from tests.workloads.programs import run, said_besides_progress
from workloads.dedup.__main__ import main

TEXTS = [["a b c", "a b c", None, "d"], ["D!", "d", None, "e f"]]


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two files in the folder `in` of the current one."""
    monkeypatch.chdir(tmp_path)
    return write_texts(tmp_path / "in", TEXTS, compression="zstd")


def test_as_a_program_exactly_and_nearly(source: Path) -> None:
    for command, due in (("exact", [0, 2, 3, 4, 7]), ("minhash", [0, 2, 3, 4, 7])):
        done = run("-m", "workloads.dedup", command, str(source), f"{source.parent}/{command}")
        assert (done.returncode, said_besides_progress(done)) == (0, [])
        assert done.stdout.startswith("2 files written; 5 rows, ")
        assert all_ids(source.parent / command) == due


@pytest.mark.usefixtures("source", "without_ray")
def test_options_reach_the_job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exact", "in", "exact", "--cleaned", "--codec", "zstd"]) == 0
    assert all_ids(tmp_path / "exact") == [0, 2, 3, 7]
    similar = ["--threshold", "0.3", "--permutations", "16", "--shingle", "characters"]
    assert main(["minhash", "in", "near", *similar, "--size", "1", "--seed", "7"]) == 0
    assert "was the seed told" not in capsys.readouterr().out
    record = (tmp_path / "near" / "_run.json").read_text()
    for option in ('"threshold": 0.3', '"characters": true', '"size": 1', '"seed": 7'):
        assert option in record
    assert main(["exact", "in", "exact", "--cleaned", "--codec", "zstd"]) == 0
    assert "0 files written, 2 were there already; 0 rows, " in capsys.readouterr().out


@pytest.mark.usefixtures("without_ray")
def test_a_data_set_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", f"{tmp_path}/in", "--bytes", "100000", "--seed", "3"]) == 0
    assert capsys.readouterr().out.startswith("8 files written; 100 rows, ")
    assert all_ids(tmp_path / "in") == list(range(100))


def bad_files(source: Path) -> dict[str, str]:
    """A bad file of each kind, and what is to be told of it."""
    whole = (source / "0.parquet").read_bytes()
    kinds = {
        "text": (b"id,text\n1,a\n", "cannot be read: "),
        "truncated": (whole[:-100], "cannot be read: "),
        "empty": (b"", "cannot be read: "),
        # All is as it should be but what comes behind the first four bytes.
        "damaged": (whole[:4] + bytes(60) + whole[64:], "cannot be read: "),
    }
    for name, (content, _) in kinds.items():
        (source / f"bad {name}.parquet").write_bytes(content)
    write(source / "bad column.parquet", pa.table({"id": [1], "body": ["a"]}))
    write(source / "bad type.parquet", pa.table({"id": [1], "text": [2.5]}))
    told = {f"bad {name}.parquet": said for name, (_, said) in kinds.items()}
    told["bad column.parquet"] = (
        "there is no column 'text': the columns are id, body; name the one to look at with --column"
    )
    told["bad type.parquet"] = (
        "column 'text' is of type double, not text: name a column of strings with --column"
    )
    return told


@pytest.mark.usefixtures("without_ray")
@pytest.mark.parametrize("command", ["exact", "minhash"])
@pytest.mark.parametrize("kind", ["text", "truncated", "empty", "damaged", "column", "type"])
def test_a_bad_file_is_told_and_nothing_of_it_is_written(
    source: Path, kind: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = bad_files(source)
    for name in told:
        if name != f"bad {kind}.parquet":
            (source / name).unlink()
    assert main([command, "in", "out"]) == 1
    out, err = capsys.readouterr()
    name = f"bad {kind}.parquet"
    assert out == ""
    assert err.startswith(f"error: {source}/{name}")
    assert told[name] in err
    assert name not in ids(source.parent / "out")
    # What is damaged in a column that is not compared is found when the rest is written.
    assert bool(ids(source.parent / "out")) is (kind == "damaged")


@pytest.mark.usefixtures("without_ray")
@pytest.mark.parametrize("command", ["exact", "minhash"])
def test_bad_files_are_left_out_where_that_is_asked_for_also_the_next_time(
    source: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = bad_files(source)
    for written, there in ((2, 0), (0, 2)):
        assert main([command, "in", "out", "--skip-bad"]) == 0
        out, err = capsys.readouterr()
        left_out = [line for line in err.splitlines() if line.startswith("left out: ")]
        assert len(left_out) == len(told)
        for name, said in told.items():
            (line,) = [line for line in left_out if f"{source}/{name}" in line]
            assert said in line
        assert out.startswith(f"{written} files written")
        assert f"{there} were there already" in out or not there
        assert all_ids(source.parent / "out") == [0, 2, 3, 4, 7]
    assert everything_in(source.parent / "out") == {
        "0.parquet",
        "1.parquet",
        "_run.json",
        "_left_out.json",
    }


@pytest.mark.usefixtures("without_ray")
def test_another_run_and_changed_input_are_refused(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["exact", "in", "out"]) == 0
    assert main(["exact", "in", "out", "--cleaned"]) == 1
    assert "'cleaned': False} and is now" in capsys.readouterr().err
    write_texts(source, [*TEXTS, ["new"]])
    before = everything_in(source.parent / "out")
    assert main(["exact", "in", "out"]) == 1
    assert "holds another run's files (input files was " in capsys.readouterr().err
    assert everything_in(source.parent / "out") == before


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["exact", "missing", "out"], 1, "/missing: name a folder that holds Parquet files"),
        (["exact", "in", "in/out"], 2, "lie within one another: choose an output folder beside"),
        (["minhash", "in", "out", "--threshold", "2"], 2, "the threshold must lie between 0 and 1"),
        (["minhash", "in", "out", "--size", "0"], 2, "a shingle must have at least 1 word"),
        (["exact", "in", "gs://b"], 2, "'gs://b' is neither a local path nor s3://BUCKET/FOLDER"),
        (["generate", "out", "--bytes", "0"], 2, "there must be at least 1 row, not 0"),
    ],
)
def test_misuse_is_told(
    arguments: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == code
    assert told in capsys.readouterr().err
    assert not Path("out").exists()
