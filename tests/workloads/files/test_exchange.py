"""Rows between stages: by bucket, in order, however many there are, a few files at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workloads.files import exchange
from workloads.files.commit import whole_file
from workloads.files.exchange import BucketWriter, read_bucket, read_buckets
from workloads.files.places import Folder

TABLES = st.lists(st.lists(st.integers(0, 4), max_size=30), min_size=1, max_size=5)


def write(folder: Folder, name: str, tables: list[list[int]], number: int) -> pa.Table:
    """Rows that tell which they are, each in the bucket that is said; gives all of them."""
    flat = [bucket for table in tables for bucket in table]
    whole = pa.table({"id": range(len(flat)), "text": [f"row {id_}" for id_ in range(len(flat))]})
    with whole_file(folder, name) as sink:
        writer = BucketWriter(sink, whole.schema, number, "lz4")
        at = 0
        for table in tables:
            writer.add(whole.slice(at, len(table)), np.array(table, np.int64))
            at += len(table)
        writer.close()
    assert writer.rows == len(flat)
    return whole.append_column("bucket", pa.array(flat, pa.int64()))


@pytest.mark.parametrize("chunk_bytes", [1, 200, 2**20])
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(tables=TABLES)
def test_each_bucket_has_its_rows_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tables: list[list[int]], chunk_bytes: int
) -> None:
    monkeypatch.setattr(exchange, "CHUNK_BYTES", chunk_bytes)
    folder = Folder.of(tmp_path)
    whole = write(folder, "a.arrow", tables, 5)
    for bucket in range(5):
        due = whole.filter(pa.compute.equal(whole["bucket"], bucket)).drop_columns("bucket")
        found = read_bucket(folder, "a.arrow", bucket, 5)
        assert pa.Table.from_batches(found).equals(due)


@pytest.mark.parametrize("files", [0, 1, 5, 40])
def test_files_are_read_in_order_and_told_apart(tmp_path: Path, files: int) -> None:
    folder = Folder.of(tmp_path)
    names = [f"{index}.arrow" for index in range(files)]
    for index, name in enumerate(names):
        write(folder, name, [[1] * index, [0, 1]], 2)
    found = [
        (position, len(batch)) for position, batch in read_buckets(folder, names, 1, 2) if batch
    ]
    assert found == [(index, index + 1) for index in range(files)]


def test_no_more_files_are_read_ahead_than_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def count(_folder: Folder, name: str, *_: int) -> list[int]:
        read.append(name)
        return [0]

    monkeypatch.setattr(exchange, "FILES_AT_ONCE", 3)
    monkeypatch.setattr(exchange, "read_bucket", count)
    found = read_buckets(Folder.of(tmp_path), [str(index) for index in range(20)], 0, 1)
    for _ in range(4):
        next(found)
    found.close()
    assert 4 <= len(read) <= 6
