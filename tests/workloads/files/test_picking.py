"""Rows are picked and put in order as a list's, from columns that Arrow picks from and others."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.files.picking import picked, reordered

TYPES = [pa.string(), pa.string_view(), pa.list_(pa.string_view())]


def numbered(kind: pa.DataType, rows: int, cut: int) -> pa.Table:
    """So many rows with their numbers as text, in pieces."""
    values = [[str(row)] if pa.types.is_list(kind) else str(row) for row in range(rows)]
    pieces = [pa.array(values[at : at + cut], kind) for at in range(0, rows, cut)]
    return pa.table({"a": pa.chunked_array(pieces, kind)})


@pytest.mark.parametrize("kind", TYPES, ids=str)
@given(rows=st.lists(st.booleans(), max_size=20), cut=st.integers(1, 5))
def test_rows_are_those_that_are_named(kind: pa.DataType, rows: list[bool], cut: int) -> None:
    table = numbered(kind, len(rows), cut)
    values = table["a"].to_pylist()
    wanted = [value for value, here in zip(values, rows, strict=True) if here]
    found = picked(table, np.array(rows, bool))
    assert found.schema == table.schema
    assert found["a"].to_pylist() == wanted


@pytest.mark.parametrize("kind", TYPES, ids=str)
@given(order=st.integers(0, 20).flatmap(lambda rows: st.permutations(range(rows))))
def test_rows_are_in_the_order_that_is_said(kind: pa.DataType, order: list[int]) -> None:
    table = numbered(kind, len(order), 3)
    values = table["a"].to_pylist()
    found = reordered(table, np.array(order, np.int64))
    assert found.schema == table.schema
    assert found["a"].to_pylist() == [values[row] for row in order]


def test_all_rows_are_not_copied() -> None:
    table = pa.table({"a": [1, 2]})
    assert picked(table, np.ones(2, bool)) is table
