"""Rows are picked as a list would be, from columns that Arrow picks from and others."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.files.picking import picked

TYPES = [pa.string(), pa.string_view(), pa.list_(pa.string_view())]


@pytest.mark.parametrize("kind", TYPES, ids=str)
@given(rows=st.lists(st.booleans(), max_size=20), cut=st.integers(1, 5))
def test_rows_are_those_that_are_named(kind: pa.DataType, rows: list[bool], cut: int) -> None:
    values = [[str(row)] if pa.types.is_list(kind) else str(row) for row in range(len(rows))]
    pieces = [pa.array(values[at : at + cut], kind) for at in range(0, len(values), cut)]
    table = pa.table({"a": pa.chunked_array(pieces, kind)})
    wanted = [value for value, here in zip(values, rows, strict=True) if here]
    found = picked(table, np.array(rows, bool))
    assert found.schema == table.schema
    assert found["a"].to_pylist() == wanted


def test_all_rows_are_not_copied() -> None:
    table = pa.table({"a": [1, 2]})
    assert picked(table, np.ones(2, bool)) is table
