"""Exact deduplication: what Python's set leaves, in order, whatever the files and the columns."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workloads.dedup.texts import first_ids, write_texts
from tests.workloads.parquet import all_ids, contents, everything_in, ids, write
from tests.workloads.text.reference import cleaned_values
from workloads.dedup import exact, keys
from workloads.files import s3
from workloads.files.record import RECORD

TEXTS = st.one_of(st.none(), st.sampled_from(["", "a", "A!", "가", "x" * 100]), st.text(max_size=3))
FILES = st.lists(st.lists(TEXTS, max_size=8), min_size=1, max_size=5)


def some(rows: int, distinct: int, files: int) -> list[list[str | None]]:
    """Texts of which most occur several times, in files."""
    dice = random.Random(rows)
    texts = [f"text {dice.randrange(distinct)}" for _ in range(rows)]
    cuts = [rows * part // files for part in range(files + 1)]
    return [list(texts[cuts[part] : cuts[part + 1]]) for part in range(files)]


@pytest.mark.usefixtures("without_ray")
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(files=FILES)
def test_equals_a_set_of_python(files: list[list[str | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = write_texts(Path(folder) / "in", files)
        summary = exact(source, Path(folder) / "out", progress=False)
        assert ids(Path(folder) / "out") == first_ids(files)
        assert summary.rows_in == sum(map(len, files))
        assert summary.rows_out == len({text for texts in files for text in texts})


@pytest.mark.parametrize("keys_per_bucket", [keys.KEYS_PER_BUCKET, 100])
def test_on_ray_with_one_bucket_and_with_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys_per_bucket: int
) -> None:
    monkeypatch.setattr(keys, "KEYS_PER_BUCKET", keys_per_bucket)
    files = some(rows=1000, distinct=300, files=7)
    source = write_texts(tmp_path / "in", files)
    summary = exact(source, tmp_path / "out", progress=False)
    assert ids(tmp_path / "out") == first_ids(files)
    assert everything_in(tmp_path / "out") == {RECORD, *ids(source)}
    assert (summary.written, summary.already_there, summary.rows_in) == (7, 0, 1000)
    assert min(summary.read_seconds, summary.work_seconds, summary.write_seconds) > 0


def test_what_is_left_has_no_duplicates(tmp_path: Path) -> None:
    source = write_texts(tmp_path / "in", some(rows=300, distinct=100, files=3))
    exact(source, tmp_path / "once", progress=False)
    summary = exact(tmp_path / "once", tmp_path / "twice", progress=False)
    assert contents(tmp_path / "twice") == contents(tmp_path / "once")
    assert summary.rows_in == summary.rows_out < 300


@pytest.mark.usefixtures("without_ray")
@pytest.mark.parametrize("kind", [pa.large_string(), pa.string_view()], ids=str)
def test_texts_may_be_of_any_type_of_string(tmp_path: Path, kind: pa.DataType) -> None:
    texts = pa.array(["a", "b", "a", None, "c", "b"], kind)
    write(tmp_path / "in" / "0.parquet", pa.table({"id": range(6), "text": texts}))
    exact(tmp_path / "in", tmp_path / "out", progress=False)
    assert ids(tmp_path / "out") == {"0.parquet": [0, 1, 3, 4]}


@pytest.mark.usefixtures("without_ray")
def test_cleaned_texts_are_compared_where_that_is_asked_for(tmp_path: Path) -> None:
    texts = ["Ab!", "ab", None, "", "!", "AB", "가-나", "가나", "b a", "ba"]
    source = write_texts(tmp_path / "in", [texts[:5], texts[5:]])
    exact(source, tmp_path / "out", cleaned=True, progress=False)
    compared = cleaned_values(texts)
    assert ids(tmp_path / "out") == first_ids([compared[:5], compared[5:]])
    kept = pa.concat_tables(contents(tmp_path / "out").values())["text"].to_pylist()
    assert kept == ["Ab!", None, "", "가-나", "b a", "ba"]


@pytest.mark.usefixtures("without_ray")
def test_rows_keep_their_columns_types_and_order(tmp_path: Path) -> None:
    table = pa.table(
        {
            "tags": [["x"], None, [], ["y"]],
            "body": pa.array(["b", "a", "b", None]).dictionary_encode(),
            "at": pa.array([1, 2, None, 4], pa.timestamp("ns", "Asia/Seoul")),
        }
    )
    write(tmp_path / "in" / "a b" / "나.parquet", table)
    exact(tmp_path / "in", tmp_path / "out", column="body", codec="zstd", progress=False)
    found = pq.ParquetFile(tmp_path / "out" / "a b" / "나.parquet")
    assert found.read().equals(table.take([0, 1, 3]))
    assert found.metadata.row_group(0).column(0).compression == "ZSTD"


@pytest.mark.usefixtures("without_ray")
def test_a_file_may_become_empty(tmp_path: Path) -> None:
    source = write_texts(tmp_path / "in", [["a", "b"], ["b", "a", "a"], [], ["c"]])
    exact(source, tmp_path / "out", progress=False)
    assert ids(tmp_path / "out") == {
        "0.parquet": [0, 1],
        "1.parquet": [],
        "2.parquet": [],
        "3.parquet": [5],
    }


# A Ray that was started before knows nothing of this server.
@pytest.mark.usefixtures("without_ray")
def test_on_a_real_s3_server(bucket: str, tmp_path: Path) -> None:
    files = some(rows=400, distinct=150, files=3)
    source = write_texts(tmp_path / "in", files)
    exact(source, f"{bucket}/out", progress=False)
    exact(f"{bucket}/out", tmp_path / "again", progress=False)
    assert ids(f"{bucket}/out") == ids(tmp_path / "again") == first_ids(files)
    assert sorted(all_ids(f"{bucket}/out")) == all_ids(tmp_path / "again")
    names = {name for name, _, _ in s3.objects(bucket.removeprefix("s3://"))}
    assert names == {f"out/{name}" for name in (RECORD, *ids(source))}
