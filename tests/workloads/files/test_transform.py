"""A function applied to every row of some files: names, shapes, types, resume, memory."""

from __future__ import annotations

import datetime
import gc
import os
import sys
import time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from errors import FunctionError
from tests.workloads.files import user
from tests.workloads.files.jobs import SIZES, run, times
from tests.workloads.parquet import all_ids, contents, everything_in, ids, write
from tests.workloads.programs import peak_bytes
from tests.workloads.text.reference import cleaned_values
from workloads.files.functions import Function
from workloads.files.places import Folder
from workloads.files.record import RECORD
from workloads.files.shapes import Output, Shape, Slice
from workloads.files.transform import TransformTask, transform
from workloads.files.tuning import Tuning

MB = 1_000_000
MANY_TYPES = pa.table(
    {
        "at": pa.array([1, None, 3], pa.timestamp("ns", "Asia/Seoul")),
        "price": pa.array([Decimal("1.50"), None, Decimal("-2.25")], pa.decimal128(10, 2)),
        "text": pa.array(["A-b", None, "가!"], pa.large_string()),
        "tags": pa.array([["x", None], [], None], pa.list_(pa.string())),
        "place": pa.array([{"x": 1, "y": "a"}, None, {"x": None, "y": "b"}]),
        "label": pa.array(["news", None, "news"]).dictionary_encode(),
        "raw": pa.array([b"\xff", b"", None]),
        "fixed": pa.array([b"ab", None, b"cd"], pa.binary(2)),
        "view": pa.array(["v", None, "w"], pa.string_view()),
        "day": pa.array([datetime.date(2026, 1, 2), None, None]),
        "lasts": pa.array([1, None, 2], pa.duration("us")),
        "map": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int8())),
        "half": pa.array([0.5, None, -1.0], pa.float16()),
        "small": pa.array([1, None, 255], pa.uint8()),
        "yes": pa.array([True, None, False]),
        "nothing": pa.nulls(3),
    }
)
RUN_ONE_TASK = """
import sys
from workloads.files.places import Folder
from workloads.files.shapes import Output, Slice
from workloads.files.transform import Function, TransformTask
source, destination = map(Folder.of, sys.argv[1:])
output = Output("a.parquet", (Slice("a.parquet"),), 0, 0)
task = TransformTask(source, destination, output, Function("workloads.text:clean"), "snappy")
outcome = task.run()
assert outcome.error is None, outcome.error
print(outcome.rows_out)
"""


def test_each_file_becomes_a_file_of_the_same_name(source: Path, tmp_path: Path) -> None:
    summary = run(source, tmp_path / "out", "tagged", options={"tag": "t"})
    expected = {
        name: user.tagged(table, "t").to_pydict() for name, table in contents(source).items()
    }
    found = {name: table.to_pydict() for name, table in contents(tmp_path / "out").items()}
    assert found == expected
    assert list(found) == sorted(SIZES)
    assert {name for name in everything_in(tmp_path / "out") if "_" in name} == {RECORD}
    assert (summary.written, summary.already_there, summary.skipped) == (4, 0, ())
    assert (summary.rows_in, summary.rows_out) == (42, 42)
    assert summary.bytes_out == sum(file.size for file in Folder.of(tmp_path / "out").files())


def test_rows_may_become_fewer_or_more(source: Path, tmp_path: Path) -> None:
    fewer = run(source, tmp_path / "even", "even")
    more = run(source, tmp_path / "twice", "twice")
    assert (fewer.rows_in, fewer.rows_out, more.rows_out) == (42, 21, 84)
    for name, before in ids(source).items():
        assert ids(tmp_path / "even")[name] == [id_ for id_ in before if id_ % 2 == 0]
        assert ids(tmp_path / "twice")[name] == [id_ for id_ in before for _ in range(2)]


@pytest.mark.parametrize(
    ("shape", "sizes"),
    [
        (Shape(rows_per_file=20), [20, 20, 2]),
        (Shape(files=4), [10, 11, 10, 11]),
        (Shape(files=1), [42]),
        (Shape(files=1000), [1] * 42),
    ],
    ids=str,
)
def test_rows_are_cut_as_asked(
    source: Path, tmp_path: Path, shape: Shape, sizes: list[int]
) -> None:
    summary = run(source, tmp_path / "out", shape=shape, tuning=Tuning(100))
    assert [len(rows) for rows in ids(tmp_path / "out").values()] == sizes
    assert all_ids(tmp_path / "out") == list(range(42))
    assert summary.written == len(sizes)


def test_a_single_file_can_be_the_input(source: Path, tmp_path: Path) -> None:
    run(source / "b" / "c d" / "나.parquet", tmp_path / "out")
    assert ids(tmp_path / "out") == {"나.parquet": list(range(10, 35))}
    # The output may be beside it.
    run(source / "a.parquet", source / "out")
    assert ids(source / "out") == {"a.parquet": list(range(10))}


def test_columns_keep_their_types_order_and_values(tmp_path: Path) -> None:
    schema = MANY_TYPES.schema
    schema = schema.set(0, schema.field(0).with_metadata({"unit": "ns"}))
    table = MANY_TYPES.cast(schema).replace_schema_metadata({"made": "by hand"})
    before = pq.read_table(write(tmp_path / "in" / "a", table))
    transform(tmp_path / "in", tmp_path / "out", "workloads.text:clean", progress=False)
    after = pq.read_table(tmp_path / "out" / "a")
    assert after.column_names == [*MANY_TYPES.column_names, "cleaned_text"]
    assert after["cleaned_text"].to_pylist() == cleaned_values(MANY_TYPES["text"].to_pylist())
    kept = after.drop_columns("cleaned_text")
    assert kept.schema.equals(before.schema, check_metadata=True)
    assert kept.equals(before)


def test_a_finished_run_does_nothing_again(source: Path, tmp_path: Path) -> None:
    run(source, tmp_path / "out")
    before = times(tmp_path / "out")
    summary = run(source, tmp_path / "out")
    assert (summary.written, summary.already_there, summary.rows_in) == (0, 4, 0)
    assert times(tmp_path / "out") == before


@pytest.mark.parametrize("shape", [Shape(), Shape(rows_per_file=5)], ids=["file", "rows"])
def test_only_what_is_missing_or_older_than_its_input_is_made(
    source: Path, tmp_path: Path, shape: Shape
) -> None:
    out = tmp_path / "out"
    run(source, out, shape=shape)
    expected, before = contents(out), times(out)
    missing, *_, older = before
    (out / missing).unlink()
    newer = time.time_ns() + 10**9
    os.utime(source / "year=2026" / "e", ns=(newer, newer))
    assert run(source, out, shape=shape).already_there < len(before) - 1
    assert contents(out) == expected
    after = times(out)
    assert after[older] > before[older]
    kept = [name for name in before if after[name] == before[name]]
    assert len(kept) == len(before) - 1 - (2 if shape.rows_per_file else 1)


def test_a_retried_task_duplicates_nothing(source: Path, tmp_path: Path) -> None:
    output = Output("x.parquet", (Slice("a.parquet", 3, 8), Slice("year=2026/e")), 0, 0)
    function = Function(f"{user.NAME}:same")
    where = Folder.of(source), Folder.of(tmp_path / "out")
    task = TransformTask(*where, output, function, "snappy")
    first, second = task.run(), task.run()
    assert (first.rows_in, first.rows_out, first.error) == (12, 12, None)
    assert (second.rows_in, second.rows_out, second.bytes_out) == (12, 12, first.bytes_out)
    assert ids(tmp_path / "out") == {"x.parquet": [*range(3, 8), *range(35, 42)]}


def test_a_task_that_fails_in_the_middle_leaves_nothing_and_says_nothing_else(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unraisable: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", unraisable.append)
    output = Output("x.parquet", (Slice("a.parquet"),), 0, 0)
    function = Function(f"{user.NAME}:raises")
    where = Folder.of(source), Folder.of(tmp_path / "out")
    outcome = TransformTask(*where, output, function, "snappy", Tuning(100)).run()
    assert type(outcome.error) is FunctionError
    del outcome
    gc.collect()
    assert unraisable == []
    assert everything_in(tmp_path / "out") == {"_temporary"}


def test_a_module_of_the_current_folder_reaches_the_workers(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "of_this_folder_only.py").write_text("def work(table):\n    return table[2:4]\n")
    (tmp_path / "random.py").write_text("raise SystemExit('the file of this folder was taken')")
    transform("in", "out", "of_this_folder_only:work", progress=False)
    assert ids(tmp_path / "out")["a.parquet"] == [2, 3]
    assert ids(source).keys() == ids(tmp_path / "out").keys()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("dictionary", [False, True], ids=["plain", "dictionary"])
def test_a_row_group_of_more_than_two_gigabytes_is_cleaned_in_little_memory(
    tmp_path: Path, *, dictionary: bool
) -> None:
    texts = [f"Row {index}: " + "The quick brown fox, 가나다!\u3000" * 28 for index in range(50)]
    chunk = pa.array(texts * 1000)
    table = pa.table({"text": pa.chunked_array([chunk] * 45)})
    assert table.nbytes > 2**31
    write(
        tmp_path / "in" / "a.parquet",
        table,
        row_group_size=table.num_rows,
        use_dictionary=dictionary,
        compression="zstd",
    )
    peak = peak_bytes(RUN_ONE_TASK, str(tmp_path / "in"), str(tmp_path / "out"))
    assert peak < 1000 * MB
    result = pq.ParquetFile(tmp_path / "out" / "a.parquet")
    assert result.metadata.num_rows == table.num_rows == 2_250_000
    last = result.read_row_group(result.num_row_groups - 1)
    assert last["text"].to_pylist()[-50:] == texts
    assert last["cleaned_text"].to_pylist()[-50:] == cleaned_values(texts)
