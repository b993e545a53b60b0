"""Cleaning Arrow arrays and tables: every type of text, nulls, slices, chunks, wrong columns."""

from __future__ import annotations

import itertools
import re

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import InputError
from tests.workloads.text.reference import TEXTS, cleaned_values
from workloads.text.clean import clean, clean_array

TYPES = {
    "string": pa.string(),
    "large_string": pa.large_string(),
    "string_view": pa.string_view(),
    "dictionary": pa.dictionary(pa.int8(), pa.string()),
    "dictionary of large_string": pa.dictionary(pa.uint32(), pa.large_string()),
    "dictionary of string_view": pa.dictionary(pa.int32(), pa.string_view()),
}
SOME = ["Ab가!", None, "", "  x\u3000Y\u00e9", "Ab가!", "힣" * 40]


def array_of(texts: list[str | None], kind: pa.DataType) -> pa.Array:
    if not pa.types.is_dictionary(kind):
        return pa.array(texts, kind)
    encoded = pa.array(texts, pa.string()).dictionary_encode()
    return pa.DictionaryArray.from_arrays(
        encoded.indices.cast(kind.index_type), encoded.dictionary.cast(kind.value_type)
    )


@pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)
@settings(max_examples=150, deadline=None)
@given(texts=TEXTS, bounds=st.tuples(st.integers(0, 12), st.integers(0, 12)))
def test_equals_python(kind: pa.DataType, texts: list[str | None], bounds: tuple[int, int]) -> None:
    cut = slice(*bounds)
    result = clean_array(array_of(texts, kind)[cut])
    result.validate(full=True)
    assert result.to_pylist() == cleaned_values(texts[cut])


@settings(max_examples=100, deadline=None)
@given(st.lists(TEXTS, max_size=4))
def test_chunks_are_cleaned_one_by_one(chunks: list[list[str | None]]) -> None:
    table = pa.table({"text": pa.chunked_array(chunks, pa.string())})
    result = clean(table)
    assert result["text"].equals(table["text"])
    assert result["cleaned_text"].num_chunks == len(chunks)
    assert result["cleaned_text"].to_pylist() == cleaned_values(list(itertools.chain(*chunks)))


@pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)
def test_the_result_is_as_large_as_the_column_may_be(kind: pa.DataType) -> None:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    wanted = pa.large_string() if value == pa.large_string() else pa.string()
    table = pa.table({"text": array_of(SOME, kind)})
    assert clean(table).schema.types == [kind, wanted]
    assert clean(table.slice(0, 0)).schema.types == [kind, wanted]
    assert clean(table.schema.empty_table()).schema.types == [kind, wanted]


def test_a_dictionary_may_hold_null_as_a_value_and_as_an_index() -> None:
    indices = pa.array([0, 1, None, 2, 0], pa.int8())
    array = pa.DictionaryArray.from_arrays(indices, pa.array(["A-b", None, "가!"]))
    assert clean_array(array).to_pylist() == ["ab", None, None, "가", "ab"]
    assert clean_array(array[1:4]).to_pylist() == [None, None, "가"]


def test_nulls_without_a_type_stay_null() -> None:
    table = clean(pa.table({"text": pa.nulls(3)}))
    assert table.schema.types == [pa.null(), pa.string()]
    assert table["cleaned_text"].to_pylist() == [None] * 3


def test_buffers_without_room_behind_the_last_value() -> None:
    texts = ["가나다", "", "끝 END!"]
    data = "".join(texts).encode()
    offsets = pa.array([0, 9, 9, len(data)], pa.int32()).buffers()[1]
    array = pa.Array.from_buffers(pa.string(), 3, [None, offsets, pa.py_buffer(data)])
    assert clean_array(array).to_pylist() == ["가나다", "", "끝 end"]


def test_values_behind_nulls_are_not_shown() -> None:
    validity = pa.py_buffer(bytes([0b101]))
    offsets = pa.array([0, 2, 4, 6], pa.int32()).buffers()[1]
    array = pa.Array.from_buffers(pa.string(), 3, [validity, offsets, pa.py_buffer(b"A1B2C3")])
    assert clean_array(array).to_pylist() == ["a1", None, "c3"]
    assert clean_array(array[1:]).to_pylist() == [None, "c3"]


def test_columns_can_be_named_otherwise() -> None:
    table = pa.table({"cleaned_text": [1], "body": ["A!"], "text": ["B!"]})
    result = clean(table, column="body", output="plain")
    assert result.to_pydict() == table.to_pydict() | {"plain": ["a"]}
    assert result.column_names == ["cleaned_text", "body", "text", "plain"]


def test_a_missing_column_is_told_with_those_that_there_are() -> None:
    with pytest.raises(InputError, match=re.escape("no column 'text': the columns are id, body")):
        clean(pa.table({"id": [1], "body": ["A"]}))


def test_an_existing_column_is_not_replaced() -> None:
    with pytest.raises(InputError, match="there is a column 'text' already"):
        clean(pa.table({"text": ["A"]}), output="text")


@pytest.mark.parametrize(
    "kind", [pa.int64(), pa.binary(), pa.list_(pa.string()), pa.dictionary(pa.int8(), pa.int64())]
)
def test_a_column_that_is_not_text_is_told_by_name_and_type(kind: pa.DataType) -> None:
    table = pa.table({"number": pa.array([], kind)})
    with pytest.raises(InputError, match=re.escape(f"column 'number' is of type {kind}, not text")):
        clean(table, column="number")
