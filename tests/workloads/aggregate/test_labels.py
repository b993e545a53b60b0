"""Figures of each label: what Python counts, in however many files and buckets."""

from __future__ import annotations

import importlib
import random
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from errors import InputError, UsageError
from tests.workloads.aggregate.tables import Row, write_rows
from tests.workloads.parquet import everything_in, write
from workloads.aggregate import labels
from workloads.aggregate.labels import FIGURES_OF_KEY
from workloads.files import s3
from workloads.files.record import RECORD

TEXTS = st.one_of(st.none(), st.sampled_from(["", "a", "가나다", "x" * 50]), st.text(max_size=4))
RESULT = "part-00000-of-00001.parquet"
LABELS = st.sampled_from([None, "news", "blog", ""])
FILES = st.lists(st.lists(st.tuples(LABELS, TEXTS), max_size=10), min_size=1, max_size=4)


def figures(files: Sequence[Sequence[Row]]) -> list[dict[str, Any]]:
    """What is due, in the order of the labels."""
    groups: defaultdict[str | None, list[str | None]] = defaultdict(list)
    for rows in files:
        for label, text in rows:
            groups[label].append(text)
    found = []
    for label in sorted(groups, key=lambda one: (one is None, one)):
        texts = [text for text in groups[label] if text is not None]
        lengths = [len(text) for text in texts]
        found.append(
            {
                "label": label,
                "rows": len(groups[label]),
                "distinct": len(set(texts)),
                "bytes": sum(len(text.encode()) for text in texts),
                "mean_length": sum(lengths) / len(lengths) if lengths else None,
                "min_length": min(lengths, default=None),
                "max_length": max(lengths, default=None),
            }
        )
    return found


def result(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(folder / RESULT).to_pylist()
    return found


def some(rows: int, files: int) -> list[list[Row]]:
    dice = random.Random(rows)
    made: list[Row] = [
        (dice.choice(["news", "blog", None]), f"text {dice.randrange(rows // 3)}")
        for _ in range(rows)
    ]
    return [made[at::files] for at in range(files)]


@pytest.mark.usefixtures("without_ray")
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(files=FILES)
def test_equals_what_python_counts(files: list[list[Row]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = write_rows(Path(folder) / "in", files)
        summary = labels(source, Path(folder) / "out", progress=False)
        assert result(Path(folder) / "out") == figures(files)
        assert summary.rows_in == sum(map(len, files))


@pytest.mark.parametrize("texts_per_bucket", [2_000_000, 100])
def test_on_ray_with_one_bucket_and_with_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texts_per_bucket: int
) -> None:
    # By its name: the package has a function that hides it.
    module = importlib.import_module("workloads.aggregate.labels")
    monkeypatch.setattr(module, "TEXTS_PER_BUCKET", texts_per_bucket)
    files = some(rows=900, files=7)
    source = write_rows(tmp_path / "in", files)
    summary = labels(source, tmp_path / "out", progress=False)
    assert result(tmp_path / "out") == figures(files)
    assert everything_in(tmp_path / "out") == {RECORD, RESULT}
    assert (summary.written, summary.rows_in, summary.rows_out) == (1, 900, 3)
    again = labels(source, tmp_path / "out", progress=False)
    assert (again.written, again.already_there, again.rows_in) == (0, 1, 0)


@pytest.mark.usefixtures("without_ray")
def test_batches_of_a_file_are_added_up(tmp_path: Path) -> None:
    # More than a batch holds, with labels that come late.
    rows: list[Row] = [(f"label {at // 1000}", "x" * 1000 + str(at % 700)) for at in range(6000)]
    source = write_rows(tmp_path / "in", [rows])
    labels(source, tmp_path / "out", progress=False)
    assert result(tmp_path / "out") == figures([rows])


@pytest.mark.usefixtures("without_ray")
def test_a_key_of_another_type_and_name(tmp_path: Path) -> None:
    table = pa.table(
        {
            "key": pa.array([20, None, 3, 20], pa.int32()),
            "body": pa.array(["a", "b", "가", "a"]).dictionary_encode(),
        }
    )
    write(tmp_path / "in" / "a", table)
    labels(tmp_path / "in", tmp_path / "out", key="key", column="body", progress=False)
    found = pq.read_table(tmp_path / "out" / RESULT)
    assert found.schema.field("key").type == pa.int32()
    assert found["key"].to_pylist() == [3, 20, None]
    assert found["distinct"].to_pylist() == [1, 1, 1]
    assert found["bytes"].to_pylist() == [3, 2, 1]


@pytest.mark.usefixtures("without_ray")
def test_files_that_do_not_agree_about_the_key_are_told(tmp_path: Path) -> None:
    write(tmp_path / "in" / "a", pa.table({"label": ["x"], "text": ["t"]}))
    write(tmp_path / "in" / "b", pa.table({"label": [1], "text": ["t"]}))
    told = "/in/b: the column to go by is of type int64, and of type string in a: cast one of them"
    with pytest.raises(InputError, match=told):
        labels(tmp_path / "in", tmp_path / "out", progress=False)
    # Before anything is read.
    assert not (tmp_path / "out").exists()
    summary = labels(tmp_path / "in", tmp_path / "out", skip_bad=True, progress=False)
    assert [reason.split(": ")[0] for reason in summary.skipped] == [f"{tmp_path}/in/b"]


@pytest.mark.parametrize("key", FIGURES_OF_KEY)
def test_a_key_that_is_called_as_a_figure_is_refused(tmp_path: Path, key: str) -> None:
    write(tmp_path / "in" / "a", pa.table({key: ["x"], "text": ["t"]}))
    with pytest.raises(UsageError, match=f"'{key}' is a column of the result, and so cannot be"):
        labels(tmp_path / "in", tmp_path / "out", key=key, progress=False)
    assert not (tmp_path / "out").exists()


# A Ray that was started before knows nothing of this server.
@pytest.mark.usefixtures("without_ray")
def test_on_a_real_s3_server(bucket: str, tmp_path: Path) -> None:
    files = some(rows=300, files=3)
    source = write_rows(tmp_path / "in", files)
    labels(source, f"{bucket}/out", progress=False)
    names = {name for name, _, _ in s3.objects(bucket.removeprefix("s3://"))}
    assert names == {f"out/{RECORD}", f"out/{RESULT}"}
