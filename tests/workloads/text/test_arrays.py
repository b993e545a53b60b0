"""Columns of text, found by name and told from others."""

from __future__ import annotations

import itertools
import re

import pyarrow as pa
import pytest

from errors import InputError
from workloads.text.arrays import check_text, values_of


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.string_view(), pa.null(), pa.dictionary("int8", "string")],
    ids=str,
)
def test_text_is_any_type_of_text(kind: pa.DataType) -> None:
    check_text(pa.schema([("text", kind)]), "text")


@pytest.mark.parametrize("kind", [pa.int64(), pa.binary(), pa.list_(pa.string())], ids=str)
def test_what_is_no_text_is_told_by_name_and_type(kind: pa.DataType) -> None:
    with pytest.raises(InputError, match=re.escape(f"'text' is of type {kind}, not text")):
        check_text(pa.schema([("text", kind)]), "text")


def test_values_of_a_slice_lie_where_they_lay() -> None:
    data, offsets = values_of(pa.array(["ab", "c", "def"])[1:])
    found = [bytes(data[begin:end]) for begin, end in itertools.pairwise(offsets)]
    assert found == [b"c", b"def"]
    assert values_of(pa.array([], pa.string()))[1].tolist() == [0]
