"""Types of columns: which values are the same in another, and what is written out."""

from __future__ import annotations

import pyarrow as pa
import pytest

from workloads.files.types import fits, plain_schema, wide_schema

TEXT, LARGE, VIEW = pa.string(), pa.large_string(), pa.string_view()
INT8, INT32, INT64 = pa.int8(), pa.int32(), pa.int64()
LABEL = pa.dictionary(INT8, TEXT, ordered=True)


def struct(**columns: pa.DataType) -> pa.DataType:
    return pa.struct(list(columns.items()))


@pytest.mark.parametrize(
    ("kind", "other"),
    [
        (pa.null(), pa.list_(TEXT)),
        (TEXT, LARGE),
        (VIEW, TEXT),
        (pa.binary_view(), pa.large_binary()),
        (LABEL, TEXT),
        (TEXT, LABEL),
        (INT8, INT64),
        (pa.uint8(), pa.int16()),
        (pa.float16(), pa.float64()),
        (pa.timestamp("ms", "UTC"), pa.timestamp("us", "UTC")),
        (pa.list_(INT8), pa.large_list(INT32)),
        (pa.list_(TEXT, 2), pa.list_(VIEW, 2)),
        (struct(a=INT8, b=TEXT), struct(a=INT32, b=LABEL)),
        (pa.map_(TEXT, INT8), pa.map_(LARGE, INT8)),
    ],
    ids=str,
)
def test_what_holds_the_same_values_fits(kind: pa.DataType, other: pa.DataType) -> None:
    assert fits(kind, other)


@pytest.mark.parametrize(
    ("kind", "other"),
    [
        (TEXT, INT64),
        (INT64, TEXT),
        (INT64, INT32),
        (pa.uint32(), INT32),
        (INT32, pa.uint64()),
        (INT32, pa.float64()),
        (pa.bool_(), INT8),
        (TEXT, pa.binary()),
        (TEXT, pa.date32()),
        (pa.timestamp("us"), pa.timestamp("ms")),
        (pa.timestamp("us"), pa.timestamp("us", "UTC")),
        (pa.dictionary(INT8, INT64), TEXT),
        (pa.list_(TEXT), pa.list_(INT8)),
        (pa.list_(INT8), pa.list_(INT8, 2)),
        (struct(a=INT8), struct(b=INT8)),
        (struct(a=INT8), struct(a=INT8, b=INT8)),
    ],
    ids=str,
)
def test_what_would_be_other_values_does_not_fit(kind: pa.DataType, other: pa.DataType) -> None:
    assert not fits(kind, other)


def test_views_and_dictionaries_are_written_out_wherever_they_are() -> None:
    deep = struct(a=pa.map_(VIEW, pa.list_(LABEL)), b=pa.large_list(pa.list_(pa.binary_view(), 2)))
    flat = struct(a=pa.map_(TEXT, pa.list_(TEXT)), b=pa.large_list(pa.list_(pa.binary(), 2)))
    views_of_lists = pa.list_view(INT8)
    schema = pa.schema([("a", deep), ("b", views_of_lists), ("c", INT64)], {"made": "by hand"})
    plain = pa.schema([("a", flat), ("b", views_of_lists), ("c", INT64)], {"made": "by hand"})
    assert plain_schema(schema).equals(plain, check_metadata=True)


def test_positions_in_dictionaries_have_32_bits_at_the_least() -> None:
    large = pa.dictionary(INT64, TEXT)
    schema = pa.schema([("a", LABEL), ("b", pa.list_(LABEL)), ("c", large), ("d", INT8)])
    label = pa.dictionary(INT32, TEXT, ordered=True)
    assert wide_schema(schema).types == [label, pa.list_(label), large, INT8]
