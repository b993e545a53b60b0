"""What a job refuses, told in a sentence, with nothing harmed that is written already."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from errors import FunctionError, InputError, OutputError, StorageError, UsageError
from tests.workloads.files import user
from tests.workloads.files.jobs import SIZES, run, times
from tests.workloads.parquet import (
    all_ids,
    contents,
    everything_in,
    ids,
    numbers,
    write,
    write_numbers,
)
from workloads.files.record import RECORD
from workloads.files.shapes import Shape
from workloads.files.transform import transform
from workloads.files.tuning import Tuning

MB = 1_000_000


def test_another_run_does_not_go_into_the_same_folder(source: Path, tmp_path: Path) -> None:
    run(source, tmp_path / "out")
    before = everything_in(tmp_path / "out"), times(tmp_path / "out")
    changes: list[tuple[dict[str, Any], str]] = [
        ({"function": "even"}, f"function was '{user.NAME}:same' and is now '{user.NAME}:even'"),
        ({"codec": "zstd"}, "codec was 'snappy' and is now 'zstd'"),
        ({"shape": Shape(files=2)}, "rows was None and is now"),
        ({"options": {"tag": "x"}}, "options was {} and is now {'tag': 'x'}"),
    ]
    for settings, told in changes:
        with pytest.raises(OutputError, match=re.escape(told)):
            run(source, tmp_path / "out", **settings)
    assert (everything_in(tmp_path / "out"), times(tmp_path / "out")) == before


def test_a_missing_bucket_is_told_for_input_and_for_output(
    source: Path, tmp_path: Path, bucket: str
) -> None:
    missing = f"{bucket}-not"
    for one, other in [(missing, str(tmp_path / "out")), (str(source), f"{missing}/out")]:
        with pytest.raises(StorageError, match=f"{missing}.*: there is no such bucket: check "):
            run(one, other)
    assert not (tmp_path / "out").exists()


def test_foreign_files_are_not_touched(source: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.parquet").write_text("mine")
    with pytest.raises(OutputError, match="holds files that no run of this project made"):
        run(source, tmp_path / "out")
    assert (tmp_path / "out" / "a.parquet").read_text() == "mine"


@pytest.mark.parametrize("place", ["in", "in/out", "."])
def test_input_and_output_may_not_lie_within_one_another(
    source: Path, tmp_path: Path, place: str
) -> None:
    before = everything_in(tmp_path)
    with pytest.raises(UsageError, match="lie within one another: choose an output folder beside"):
        run(source, tmp_path / place)
    assert everything_in(tmp_path) == before


def test_a_typo_is_corrected_in_the_same_folder(source: Path, tmp_path: Path) -> None:
    clean = "workloads.text:clean"
    with pytest.raises(InputError, match="there is no column 'txt'"):
        transform(source, tmp_path / "out", clean, options={"column": "txt"}, progress=False)
    summary = transform(source, tmp_path / "out", clean, options={"column": "text"}, progress=False)
    assert (summary.written, summary.already_there) == (4, 0)


@pytest.fixture
def bad_source(source: Path) -> Path:
    """Bad files among the good ones."""
    whole = (source / "a.parquet").read_bytes()
    (source / "bad text.parquet").write_text("id,text\n1,a\n")
    (source / "bad truncated.parquet").write_bytes(whole[:-100])
    (source / "bad empty.parquet").touch()
    write(source / "bad column.parquet", numbers(0, 3).drop_columns("text"))
    return source


BAD = [f"bad {kind}.parquet" for kind in ("column", "empty", "text", "truncated")]


def test_a_bad_file_ends_the_run_and_harms_nothing(bad_source: Path, tmp_path: Path) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    for name in BAD:
        (bad_source / name).rename(aside / name)
    run(bad_source, tmp_path / "out")
    before = contents(tmp_path / "out")
    for name in BAD[1:]:
        (aside / name).rename(bad_source / name)
    with pytest.raises(InputError, match=f"{bad_source}/bad .*.parquet cannot be read: "):
        run(bad_source, tmp_path / "out")
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("column", ": there is no column 'text': the columns are id; name the one to clean with"),
        ("empty", " cannot be read: Parquet file size is 0 bytes; write it anew, or leave out"),
        ("text", " cannot be read: Parquet magic bytes not found in footer. Either the file is"),
        ("truncated", " cannot be read: Parquet magic bytes not found in footer. Either the"),
    ],
)
def test_a_bad_file_is_told_in_a_sentence(
    bad_source: Path, tmp_path: Path, name: str, told: str
) -> None:
    file = bad_source / f"bad {name}.parquet"
    with pytest.raises(InputError, match=re.escape(f"{file}{told}")) as error:
        transform(file, tmp_path / "out", "workloads.text:clean", progress=False)
    assert "\n" not in str(error.value)
    assert contents(tmp_path / "out") == {}


def test_bad_files_are_left_out_and_listed_when_asked(bad_source: Path, tmp_path: Path) -> None:
    clean = "workloads.text:clean"
    summary = transform(bad_source, tmp_path / "out", clean, skip_bad=True, progress=False)
    assert list(contents(tmp_path / "out")) == sorted(SIZES)
    assert (summary.written, summary.rows_out, len(summary.skipped)) == (4, 42, 4)
    for name, reason in zip(BAD, summary.skipped, strict=True):
        assert reason.startswith(f"{bad_source}/{name}")


def test_bad_files_are_left_out_of_other_shapes_too(bad_source: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"bad .* cannot be read"):
        run(bad_source, tmp_path / "out", shape=Shape(files=3))
    assert not (tmp_path / "out").exists()
    (bad_source / "bad column.parquet").unlink()
    summary = run(bad_source, tmp_path / "out", shape=Shape(files=3), skip_bad=True)
    assert all_ids(tmp_path / "out") == list(range(42))
    assert [reason.split("/")[-1].split(" cannot")[0] for reason in summary.skipped] == BAD[1:]


def spoil_a_page(path: Path) -> None:
    """Writes a file anew, with its footer whole and a page in its second half damaged."""
    table = pq.ParquetFile(path).read()
    write(path, table, row_group_size=5, use_dictionary=False, compression="none")
    group = pq.ParquetFile(path).metadata.row_group(1).column(1)
    whole = bytearray(path.read_bytes())
    at = group.data_page_offset
    whole[at : at + 20] = b"\xff" * 20
    path.write_bytes(whole)


def test_a_bad_file_does_not_take_others_rows_along(source: Path, tmp_path: Path) -> None:
    spoil_a_page(source / "a.parquet")
    one = Shape(files=1)
    summary = run(source, tmp_path / "one", shape=one, skip_bad=True, tuning=Tuning(100))
    # All of the other files, and of the bad one none, though its first rows could be read.
    assert all_ids(tmp_path / "one") == list(range(10, 42))
    assert (summary.written, summary.rows_in, summary.rows_out) == (1, 32, 32)
    (told,) = summary.skipped
    assert told.startswith(f"{source}/a.parquet cannot be read: ")
    assert told.endswith("(rows 0 to 10 of it, which were to go into part-00000-of-00001.parquet)")
    # Rows of it that go into another file are read for that.
    run(source, tmp_path / "many", shape=Shape(rows_per_file=5), skip_bad=True)
    assert all_ids(tmp_path / "many") == [*range(5), *range(10, 42)]
    with pytest.raises(InputError, match=r"/in/a\.parquet cannot be read: "):
        run(source, tmp_path / "none", shape=one)


def test_every_bad_file_is_named_where_all_are(tmp_path: Path) -> None:
    write_numbers(tmp_path / "in", {"a": 10, "b": 10})
    for name in ("a", "b"):
        spoil_a_page(tmp_path / "in" / name)
    summary = run(tmp_path / "in", tmp_path / "out", shape=Shape(files=1), skip_bad=True)
    assert summary.written == 0
    assert [told.split(" cannot")[0] for told in summary.skipped] == [
        f"{tmp_path}/in/a",
        f"{tmp_path}/in/b",
    ]


def test_no_input_is_told_before_anything_is_made(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("in", "missing"):
        with pytest.raises(InputError, match=f"no data files in {tmp_path}/{name}: name a folder"):
            run(tmp_path / name, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_files_of_other_columns_do_not_go_into_one_file(tmp_path: Path) -> None:
    write(tmp_path / "in" / "1", pa.table({"id": [1], "text": ["a"]}))
    write(tmp_path / "in" / "2", pa.table({"id": [2], "text": ["b"], "more": [0.5]}))
    with pytest.raises(InputError, match=r"in/2 does not fit the file it goes into: .*more double"):
        run(tmp_path / "in", tmp_path / "one", shape=Shape(files=1))
    assert contents(tmp_path / "one") == {}
    run(tmp_path / "in", tmp_path / "two", shape=Shape(files=2))
    assert [table.num_columns for table in contents(tmp_path / "two").values()] == [2, 3]


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (
            "raises",
            r"user:raises failed on .*/in/a.parquet: ValueError\('seven is not to be had'\)",
        ),
        ("gives_a_dict", r"user:gives_a_dict gave back a dict for .*/in/.*, not a pyarrow.Table"),
        ("makes_a_union", r"made of .*/in/.* cannot be written as Parquet: "),
        ("tagged", r"user:tagged failed on .*/in/.*unexpected keyword argument 'colour'"),
    ],
)
def test_a_wrong_function_is_told_and_leaves_no_file_half_written(
    source: Path, tmp_path: Path, function: str, told: str
) -> None:
    options = {"colour": "red"} if function == "tagged" else {}
    with pytest.raises(FunctionError, match=told):
        run(source, tmp_path / "out", function, options=options, skip_bad=True, tuning=Tuning(100))
    for name, rows in ids(tmp_path / "out").items():
        assert rows == ids(source)[name]
    left = everything_in(tmp_path / "out")
    assert not [name for name in left if name.startswith("_temporary/")]


@pytest.mark.parametrize(
    ("function", "told"),
    [("no_such:work", "there is no module 'no_such'"), (f"{user.NAME}:no_such", "has no function")],
)
def test_a_function_that_is_not_there_is_told_before_anything_is_made(
    source: Path, tmp_path: Path, function: str, told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        transform(source, tmp_path / "out", function, progress=False)
    assert not (tmp_path / "out").exists()


def test_no_space_left_is_told_and_what_is_whole_stays(small_disk: Path, tmp_path: Path) -> None:
    write(tmp_path / "in" / "small", numbers(0, 10))
    noise = pa.array([os.urandom(MB) for _ in range(8)])
    write(tmp_path / "in" / "large", pa.table({"noise": noise}))
    with pytest.raises(OutputError, match=f"no space left for {small_disk}/large: free some, or"):
        run(tmp_path / "in", small_disk)
    assert set(contents(small_disk)) <= {"small"}
    assert not [path for path in small_disk.glob("_temporary/*") if path.stat().st_size]


def test_no_permission_is_told(source: Path, read_only_disk: Path) -> None:
    told = f"no permission for {re.escape(str(read_only_disk))}/out/{RECORD}: .*; choose another"
    with pytest.raises(OutputError, match=told):
        run(source, read_only_disk / "out")
