"""A shuffle: every row once, those of a key in one file, in order, as they were."""

from __future__ import annotations

import itertools
import re
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from errors import InputError, UsageError
from tests.workloads.aggregate.tables import Row, write_rows
from tests.workloads.parquet import contents, everything_in, ids, write
from workloads.aggregate import shuffle
from workloads.files import exchange, parquet
from workloads.files.record import RECORD

FILES = st.lists(
    st.lists(
        st.tuples(st.sampled_from([None, "", "a", "b", "c"]), st.text(max_size=3)), max_size=9
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.usefixtures("without_ray")
@pytest.mark.parametrize("chunk_bytes", [100, exchange.CHUNK_BYTES])
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(files=FILES, number=st.integers(1, 6))
def test_each_row_is_there_once_with_its_like_and_in_order(
    monkeypatch: pytest.MonkeyPatch, files: list[list[Row]], number: int, chunk_bytes: int
) -> None:
    monkeypatch.setattr(exchange, "CHUNK_BYTES", chunk_bytes)
    with tempfile.TemporaryDirectory() as folder:
        source = write_rows(Path(folder) / "in", files)
        shuffle(source, Path(folder) / "out", files=number, progress=False)
        found = contents(Path(folder) / "out")
        before = pa.concat_tables(contents(source).values())
        assert list(found) == [f"part-{at:05d}-of-{number:05d}.parquet" for at in range(number)]
        for table in found.values():
            assert table["id"].to_pylist() == sorted(table["id"].to_pylist())
        assert pa.concat_tables(found.values()).sort_by("id").equals(before)
        keys = [set(table["label"].to_pylist()) for table in found.values()]
        assert all(one.isdisjoint(other) for one, other in itertools.combinations(keys, 2))


def test_on_ray_as_many_files_as_there_were(tmp_path: Path) -> None:
    rows: list[list[Row]] = [
        [(f"{row * file % 50}", f"text {row}")] * 3
        for file, row in itertools.product(range(1, 4), range(10))
    ]
    source = write_rows(tmp_path / "in", rows)
    summary = shuffle(source, tmp_path / "out", progress=False)
    found = ids(tmp_path / "out")
    assert len(found) == len(rows)
    assert sorted(itertools.chain.from_iterable(found.values())) == list(range(90))
    assert everything_in(tmp_path / "out") == {RECORD, *found}
    assert (summary.written, summary.rows_in, summary.rows_out) == (30, 90, 90)
    again = shuffle(source, tmp_path / "out", progress=False)
    assert (again.written, again.already_there) == (0, 30)


@pytest.mark.usefixtures("without_ray")
@pytest.mark.parametrize("files", [1, 3])
@pytest.mark.parametrize("chunk_bytes", [1, exchange.CHUNK_BYTES])
def test_columns_keep_their_types(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: int, chunk_bytes: int
) -> None:
    monkeypatch.setattr(exchange, "CHUNK_BYTES", chunk_bytes)
    monkeypatch.setattr(parquet, "FIRST_BATCH_ROWS", 1)
    table = pa.table(
        {
            "at": pa.array([1, None, 3], pa.timestamp("ns", "Asia/Seoul")),
            "label": pa.array(["a", None, "b"]).dictionary_encode(),
            "tags": pa.array([["x", None], [], None], pa.list_(pa.string())),
            "place": pa.array([{"x": 1}, None, {"x": None}]),
            "view": pa.array(["v", None, "w"], pa.string_view()),
            "bytes": pa.array([b"v", None, b"w"], pa.binary_view()),
            "views": pa.array([["v"], None, [None, "w"]], pa.list_(pa.string_view())),
            "list view": pa.array([[1], None, [2, 3]], pa.list_view(pa.int8())),
            "list view of views": pa.array([["v"], None, []], pa.list_view(pa.string_view())),
            "labels": pa.array(
                [["v"], None, ["w"]], pa.list_(pa.dictionary(pa.int32(), pa.string()))
            ),
        }
    ).replace_schema_metadata({"made": "by hand"})
    for name in ("a", "b"):
        write(tmp_path / "in" / name, table)
    shuffle(tmp_path / "in", tmp_path / "out", files=files, codec="zstd", progress=False)
    before = pq.ParquetFile(tmp_path / "in" / "a").read()
    rows = []
    for path in sorted((tmp_path / "out").glob("part-*")):
        after = pq.ParquetFile(path).read()
        assert after.schema.equals(before.schema, check_metadata=True)
        rows += after.to_pylist()
    assert sorted(rows, key=str) == sorted(before.to_pylist() * 2, key=str)


@pytest.mark.usefixtures("without_ray")
def test_files_whose_columns_differ_are_told(tmp_path: Path) -> None:
    write(tmp_path / "in" / "a", pa.table({"label": ["x"], "text": ["t"]}))
    write(tmp_path / "in" / "b", pa.table({"label": ["x"], "body": ["t"]}))
    told = "/in/b does not fit the file it goes into: its columns are label string, body string"
    with pytest.raises(InputError, match=re.escape(told)):
        shuffle(tmp_path / "in", tmp_path / "out", files=1, progress=False)
    assert not list((tmp_path / "out").glob("*.parquet"))


@pytest.mark.usefixtures("without_ray")
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (pa.timestamp("ms"), pa.timestamp("us")),
        (pa.decimal128(25, 1), pa.decimal128(26, 2)),
        (pa.int64(), pa.string()),
    ],
    ids=str,
)
def test_files_whose_keys_are_of_other_types_are_told(
    tmp_path: Path, first: pa.DataType, second: pa.DataType
) -> None:
    for name, kind in (("a", first), ("b", second)):
        write(tmp_path / "in" / name, pa.table({"label": pa.array([1, 2]).cast(kind)}))
    told = f"/in/b: the column to go by is of type {second}, and of type {first} in a: cast one"
    with pytest.raises(InputError, match=re.escape(told)):
        shuffle(tmp_path / "in", tmp_path / "out", files=2, progress=False)
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("without_ray")
@pytest.mark.parametrize(
    "kinds",
    [
        (pa.large_string(), pa.string(), pa.string_view(), pa.null()),
        (pa.int64(), pa.int8(), pa.null(), pa.uint16()),
    ],
    ids=["text", "numbers"],
)
def test_a_key_is_the_same_in_every_form_of_its_type(
    tmp_path: Path, kinds: list[pa.DataType]
) -> None:
    for index, kind in enumerate(kinds):
        values = pa.nulls(9) if pa.types.is_null(kind) else pa.array(range(9)).cast(kind)
        write(tmp_path / "in" / str(index), pa.table({"label": values}))
    shuffle(tmp_path / "in", tmp_path / "out", files=4, progress=False)
    keys = [set(table["label"].to_pylist()) for table in contents(tmp_path / "out").values()]
    assert sum(map(len, keys)) == len(set().union(*keys)) == 10


def test_no_file_is_no_number_of_files(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the number of files must be at least 1, not 0"):
        shuffle(tmp_path, tmp_path / "out", files=0)
