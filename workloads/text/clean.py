"""Clean text: keep Hangul syllables, ASCII letters, digits and whitespace, in lower case."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from errors import InputError
from workloads.text.arrays import text_type, values_of
from workloads.text.kernel import clean_buffers

CLEANED = "cleaned_text"


def clean(table: pa.Table, column: str = "text", output: str = CLEANED) -> pa.Table:
    """Adds the cleaned text of a column as the last column.

    Args:
        table: any columns; they keep their types and order.
        column: the column to clean: string, large_string, string_view, a dictionary of one of
            these, or null. Nulls stay null.
        output: the name of the column to add; large_string where `column` is, else string.

    Raises:
        InputError: no such column, it does not hold text, or `output` exists already.
    """
    if column not in table.column_names:
        raise InputError(
            f"there is no column '{column}': the columns are {', '.join(table.column_names)}; "
            "name the one to clean with --column"
        )
    if output in table.column_names:
        raise InputError(
            f"there is a column '{output}' already: name another for the result with --output"
        )
    chunks = table.column(column)
    kind = text_type(chunks.type, column)
    cleaned = pa.chunked_array([clean_array(chunk) for chunk in chunks.chunks], kind)
    return table.append_column(output, cleaned)


def clean_array(array: pa.Array) -> pa.Array:
    """Cleans every value of an Arrow array of text; see `clean` for the types.

    Raises:
        InputError: the array does not hold text.
    """
    kind = text_type(array.type, "array")
    if pa.types.is_null(array.type):
        return array.cast(kind)
    if pa.types.is_dictionary(array.type):
        # Each distinct text is cleaned once.
        cleaned = clean_array(array.dictionary)
        return pc.take(cleaned, array.indices)
    if pa.types.is_string_view(array.type):
        return clean_array(array.cast(kind))
    return _clean_plain(array)


def _clean_plain(array: pa.Array) -> pa.Array:
    """Cleans a string or large_string array, a slice of one included."""
    if len(array) == 0:
        return array
    data, offsets = values_of(array)
    cleaned, new_offsets = clean_buffers(data, offsets)
    # With the same leading slots as the input, its validity bits serve as they are.
    aligned = np.concatenate([np.zeros(array.offset, offsets.dtype), new_offsets])
    return pa.Array.from_buffers(
        array.type,
        len(array),
        [array.buffers()[0], pa.py_buffer(aligned), cleaned],
        offset=array.offset,
    )
