"""`python -m workloads.aggregate`, as it is typed; what is wrong, told in a sentence."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from tests.workloads.aggregate.tables import Row, write_rows
from tests.workloads.parquet import contents, everything_in, write
from tests.workloads.programs import run, said_besides_progress
from workloads.aggregate.__main__ import main

ROWS: list[list[Row]] = [[("a", "x"), ("b", "yy")], [("a", "x"), (None, None)]]


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two files in the folder `in` of the current one."""
    monkeypatch.chdir(tmp_path)
    return write_rows(tmp_path / "in", ROWS, compression="zstd")


def damaged(whole: bytes) -> bytes:
    """A file whose footer is as it was, and nothing before it."""
    footer = int.from_bytes(whole[-8:-4], "little") + 8
    return whole[:4] + bytes(len(whole) - 4 - footer) + whole[-footer:]


def rows_of(folder: Path) -> int:
    return sum(table.num_rows for table in contents(folder).values())


def test_as_a_program(source: Path) -> None:
    for command, told in (
        ("labels", "1 file written; 3 rows, "),
        ("shuffle", "2 files written; 4"),
    ):
        done = run("-m", "workloads.aggregate", command, str(source), f"{source.parent}/{command}")
        assert (done.returncode, said_besides_progress(done)) == (0, [])
        assert done.stdout.startswith(told)


@pytest.mark.usefixtures("source", "without_ray")
def test_options_reach_the_job(tmp_path: Path) -> None:
    assert main(["labels", "in", "ids", "--key", "id", "--column", "label"]) == 0
    assert rows_of(tmp_path / "ids") == 4
    assert main(["shuffle", "in", "out", "--key", "id", "--files", "3", "--codec", "none"]) == 0
    assert len(contents(tmp_path / "out")) == 3


def bad_files(source: Path, command: str) -> dict[str, str]:
    """A bad file of each kind, and what is to be told of it."""
    whole = (source / "0.parquet").read_bytes()
    kinds = {
        "text": b"id,text\n1,a\n",
        "truncated": whole[:-100],
        "empty": b"",
        "damaged": damaged(whole),
    }
    for name, content in kinds.items():
        (source / f"bad {name}.parquet").write_bytes(content)
    told = {f"bad {name}.parquet": "cannot be read: " for name in kinds}
    other = "key" if command == "shuffle" else "column"
    write(source / "bad key.parquet", pa.table({"text": ["a"]}))
    write(source / "bad type.parquet", pa.table({"text": ["a"], "label": [2.5]}))
    told["bad key.parquet"] = "there is no column 'label': the columns are text; name the one to"
    told["bad type.parquet"] = "column 'label' is of type double, by which rows cannot be grouped"
    if other == "column":
        write(source / "bad column.parquet", pa.table({"label": ["a"]}))
        told["bad column.parquet"] = "there is no column 'text': the columns are label; name the"
    return told


@pytest.mark.usefixtures("without_ray")
@pytest.mark.parametrize("command", ["labels", "shuffle"])
@pytest.mark.parametrize("kind", ["text", "truncated", "empty", "damaged", "key", "type", "column"])
def test_a_bad_file_is_told_and_nothing_is_written(
    source: Path, kind: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = bad_files(source, command)
    name = f"bad {kind}.parquet"
    if name not in told:
        pytest.skip("a shuffle needs no text")
    for other in told.keys() - {name}:
        (source / other).unlink()
    assert main([command, "in", "out"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"error: {source}/{name}")
    assert told[name] in err
    assert not list((source.parent / "out").glob("*.parquet"))


@pytest.mark.usefixtures("without_ray")
@pytest.mark.parametrize(("command", "files", "rows"), [("labels", 1, 3), ("shuffle", 3, 4)])
def test_bad_files_are_left_out_where_that_is_asked_for_also_the_next_time(
    source: Path, command: str, files: int, rows: int, capsys: pytest.CaptureFixture[str]
) -> None:
    told = bad_files(source, command)
    more = ["--files", "3"] if command == "shuffle" else []
    for written in (files, 0):
        assert main([command, "in", "out", "--skip-bad", *more]) == 0
        out, err = capsys.readouterr()
        assert err.count("left out: ") == len(told)
        assert out.startswith(f"{written} file")
        assert rows_of(source.parent / "out") == rows
    assert len(everything_in(source.parent / "out")) == files + 2


@pytest.mark.usefixtures("source", "without_ray")
@pytest.mark.parametrize("command", ["labels", "shuffle"])
def test_nothing_is_written_where_all_is_bad(
    tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in (tmp_path / "in").iterdir():
        file.write_bytes(damaged(file.read_bytes()))
    assert main([command, "in", "out", "--skip-bad"]) == 0
    assert capsys.readouterr().out.startswith("0 files written, 2 left out; 0 rows, ")


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["labels", "missing", "out"], 1, "/missing: name a folder that holds Parquet files"),
        (["shuffle", "in", "in/out"], 2, "lie within one another: choose an output folder beside"),
        (["shuffle", "in", "out", "--files", "0"], 2, "the number of files must be at least 1"),
    ],
)
def test_misuse_is_told(
    arguments: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == code
    assert told in capsys.readouterr().err
    assert not Path("out").exists()
