"""Parquet in and out, in batches: which rows, how many at a time, in what form."""

from __future__ import annotations

import io
import itertools
import random
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from errors import FunctionError, InputError, UsageError
from tests.workloads.files import user
from tests.workloads.parquet import numbers, write
from workloads.files.parquet import CODECS, Writer, check_codec, read_rows, row_count
from workloads.files.places import Folder

KB, MB = 1000, 1_000_000


def written(*tables: pa.Table, codec: str = "snappy", **settings: int) -> pq.ParquetFile:
    """A file that holds the tables."""
    sink = io.BytesIO()
    writer = Writer(sink, codec, **settings)
    for table in tables:
        writer.add(table, "/in/a.parquet")
    writer.close()
    return pq.ParquetFile(io.BytesIO(sink.getvalue()))


def tensors_of(values: pa.Array) -> pa.Array:
    """Tensors of two by two."""
    kind = pa.fixed_shape_tensor(values.type, (2, 2))
    return pa.ExtensionArray.from_storage(kind, pa.FixedSizeListArray.from_arrays(values, 4))


def footer(whole: bytes) -> int:
    """The size of a file's footer, which stands before the last eight bytes."""
    return int.from_bytes(whole[-8:-4], "little")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.integers(0, 300),
    group=st.integers(1, 120),
    bounds=st.tuples(st.integers(0, 320), st.integers(0, 320)).map(sorted),
    batch_bytes=st.sampled_from([1, 300, 10 * KB, MB]),
)
def test_the_rows_asked_for_are_read(
    tmp_path: Path, rows: int, group: int, bounds: list[int], batch_bytes: int
) -> None:
    whole = numbers(0, rows)
    write(tmp_path / "a", whole, row_group_size=group)
    start, stop = (min(bound, rows) for bound in bounds)
    folder = Folder.of(tmp_path)
    tables = list(read_rows(folder, "a", start, stop, batch_bytes))
    assert pa.concat_tables(tables).equals(whole.slice(start, stop - start))
    to_the_end = pa.concat_tables(read_rows(folder, "a", start, None, batch_bytes))
    assert to_the_end.equals(whole.slice(start))
    assert row_count(folder, "a") == rows


@pytest.mark.parametrize("rows", [0, 5])
def test_an_empty_file_gives_an_empty_table(tmp_path: Path, rows: int) -> None:
    write(tmp_path / "a", numbers(0, rows))
    (table,) = read_rows(Folder.of(tmp_path), "a", rows, rows)
    assert table.equals(numbers(0, 0))


@pytest.mark.parametrize("encoding", ["plain", "dictionary", "dictionary type"])
@pytest.mark.parametrize("row_bytes", [100, 10 * KB])
def test_batches_are_of_the_size_asked_for_once_decoded(
    tmp_path: Path, encoding: str, row_bytes: int
) -> None:
    texts = pa.array([f"{index:03d}".ljust(row_bytes) for index in range(50)] * 200)
    column = texts.dictionary_encode() if encoding == "dictionary type" else texts
    dictionary = encoding != "plain"
    write(tmp_path / "a", pa.table({"text": column}), use_dictionary=dictionary)
    first, second, *others = list(read_rows(Folder.of(tmp_path), "a", batch_bytes=MB))
    assert first.num_rows <= 64
    assert first.num_rows + second.num_rows + sum(one.num_rows for one in others) == 10_000
    for table in [second, *others[:-1]]:
        text = table["text"].cast(pa.string())
        assert 0.5 * MB < text.nbytes < 1.5 * MB


def test_a_row_larger_than_a_batch_is_read(tmp_path: Path) -> None:
    table = pa.table({"text": ["x" * MB, "y" * MB]})
    write(tmp_path / "a", table)
    assert pa.concat_tables(read_rows(Folder.of(tmp_path), "a", batch_bytes=1000)).equals(table)


@pytest.mark.parametrize("codec", CODECS)
def test_columns_are_compressed_as_asked(codec: str) -> None:
    group = written(numbers(0, 1000), codec=codec).metadata.row_group(0)
    used = {group.column(index).compression.lower() for index in range(2)}
    assert used == {"uncompressed" if codec == "none" else codec}


def test_an_unknown_codec_is_told() -> None:
    with pytest.raises(UsageError, match="'rar' is not a codec: choose one of snappy, zstd, lz4"):
        check_codec("rar")


def test_row_groups_are_of_one_size_whatever_the_batches() -> None:
    table = numbers(0, 20_000)
    batches = (table.slice(start, 100) for start in range(0, 20_000, 100))
    file = written(*batches, row_group_bytes=100 * KB)
    assert file.read().equals(table)
    sizes = [file.metadata.row_group(index).num_rows for index in range(file.num_row_groups)]
    assert len(sizes) > 3
    assert max(sizes[:-1]) - min(sizes[:-1]) <= 200


def test_long_texts_get_no_dictionary_and_short_ones_do() -> None:
    table = pa.table({"long": ["x" * 100] * 50, "label": ["news", "blog"] * 25, "id": range(50)})
    group = written(table).metadata.row_group(0)
    assert [group.column(index).has_dictionary_page for index in range(3)] == [False, True, True]
    assert [group.column(index).is_stats_set for index in range(3)] == [False, True, True]


@pytest.mark.parametrize("kind", [pa.uint8(), pa.int64(), pa.float16(), pa.float32()], ids=str)
def test_tensors_are_written_with_the_bytes_of_their_values_apart(kind: pa.DataType) -> None:
    tensors = tensors_of(pa.array(range(64), pa.uint8()).cast(kind))
    table = pa.table({"label": ["a"] * 16, "tensor": tensors})
    file = written(table)
    assert file.read().equals(table)
    label, values = (file.metadata.row_group(0).column(index) for index in range(2))
    assert "BYTE_STREAM_SPLIT" in values.encodings
    assert (values.has_dictionary_page, values.is_stats_set) == (False, False)
    assert label.has_dictionary_page
    # Also where there is nothing else.
    assert written(table.select(["tensor"])).read().equals(table.select(["tensor"]))


def test_three_bytes_of_zeros_cost_next_to_nothing() -> None:
    noise = pa.array(memoryview(random.Random(5).randbytes(400 * KB)), pa.uint8())
    size = written(pa.table({"tensor": tensors_of(noise)})).metadata.row_group(0)
    assert size.column(0).total_compressed_size < 500 * KB


def test_tensors_of_what_has_no_bytes_of_its_own_are_written_as_ever() -> None:
    table = pa.table({"tensor": tensors_of(pa.array([True, False] * 8))})
    assert written(table).read().equals(table)


def test_a_table_without_rows_makes_a_file_without_rows() -> None:
    assert written(numbers(0, 0)).read().equals(numbers(0, 0))
    assert written(numbers(0, 0), numbers(0, 3), numbers(3, 3)).read().equals(numbers(0, 3))


def test_columns_in_another_order_or_of_a_narrower_type_are_fitted() -> None:
    first = pa.table({"id": pa.array([1], pa.int64()), "text": ["a"]})
    second = pa.table({"text": ["b"], "id": pa.array([2], pa.int32())})
    assert written(first, second).read().to_pydict() == {"id": [1, 2], "text": ["a", "b"]}


@pytest.mark.parametrize(
    "second",
    [
        {"id": [1]},
        {"id": [1], "text": ["b"], "more": [1]},
        {"id": [1], "words": ["b"]},
        {"id": ["one"], "text": ["b"]},
        {"id": [[1]], "text": ["b"]},
        {"id": [1.5], "text": ["b"]},
        {"id": [1.0], "text": ["b"]},
        # What could be cast would be another value: 00705 would be 705, and 1 the text "1".
        {"id": ["00705"], "text": ["b"]},
        {"id": [1], "text": [1]},
    ],
    ids=str,
)
def test_columns_that_do_not_fit_are_told_rather_than_lost(second: dict[str, object]) -> None:
    table = pa.table(second)
    kinds = ", ".join(f"{column.name} {column.type}" for column in table.schema)
    told = (
        "what was made of /in/a.parquet does not fit the file it goes into: its columns are "
        f"{kinds}, those before it id int64, text string; make them alike"
    )
    with pytest.raises(InputError, match=re.escape(told)):
        written(pa.table({"id": [1], "text": ["a"]}), table)


def test_dictionaries_may_differ_from_batch_to_batch() -> None:
    tables = [
        pa.table({"label": pa.array(labels).dictionary_encode()})
        for labels in (["a", "b"], ["c", None, "a"], [])
    ]
    assert written(*tables).read()["label"].to_pylist() == ["a", "b", "c", None, "a"]


def test_small_dictionaries_may_come_to_more_values_than_they_can_count() -> None:
    small = pa.dictionary(pa.int8(), pa.string())
    tables = [
        pa.table({"label": pa.array([f"{file} {row}" for row in range(100)]).cast(small)})
        for file in range(3)
    ]
    found = written(*tables).read()["label"]
    assert found.to_pylist() == [value for one in tables for value in one["label"].to_pylist()]
    assert found.type == pa.dictionary(pa.int32(), pa.string())


def test_two_columns_of_one_name_are_told() -> None:
    table = pa.table([[1], [2], [3]], names=["id", "text", "id"])
    with pytest.raises(InputError, match=r"made of /in/a.parquet has several columns 'id': rename"):
        written(table)


def test_a_type_that_parquet_does_not_have_is_told() -> None:
    table = user.makes_a_union(pa.table({"id": [1]}))
    with pytest.raises(
        FunctionError, match=r"made of /in/a.parquet cannot be written as Parquet: "
    ):
        written(table)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda _: b"PAR1",
        lambda _: b"id,text\n1,a\n" * 100,
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[len(whole) // 2 :],
        lambda whole: whole[:100] + bytes(len(whole) - 2100) + whole[-2000:],
        lambda whole: whole[: -8 - footer(whole)] + bytes(footer(whole)) + whole[-8:],
    ],
    ids=["empty", "tiny", "text", "truncated", "headless", "zeroed", "footless"],
)
def test_what_is_not_whole_is_told(tmp_path: Path, spoil: object) -> None:
    whole = write(tmp_path / "whole", numbers(0, 50_000)).read_bytes()
    assert callable(spoil)
    (tmp_path / "a.parquet").write_bytes(spoil(whole))
    told = f"{tmp_path}/a.parquet cannot be read: .*; write it anew, or leave out"
    with pytest.raises(InputError, match=told) as error:
        list(itertools.chain(read_rows(Folder.of(tmp_path), "a.parquet")))
    assert "\n" not in str(error.value)


def test_a_file_that_went_away_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"{tmp_path}/a.parquet does not exist"):
        next(read_rows(Folder.of(tmp_path), "a.parquet"))


def test_only_the_columns_named_are_read(tmp_path: Path) -> None:
    write(tmp_path / "a", numbers(0, 20))
    folder = Folder.of(tmp_path)
    tables = list(read_rows(folder, "a", 5, batch_bytes=100, columns=["text"]))
    assert pa.concat_tables(tables).equals(numbers(5, 20).select(["text"]))
    write(tmp_path / "empty", numbers(0, 0))
    assert list(read_rows(folder, "empty", columns=["id"])) == [numbers(0, 0).select(["id"])]
