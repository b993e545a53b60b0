"""Columns of text as what compiled code works on: bytes, and where each value lies in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from errors import InputError
from workloads.files.columns import find_column

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int32] | npt.NDArray[np.int64]


def text_type(kind: pa.DataType, column: str) -> pa.DataType:
    """The plain type that a column of text, a dictionary of text or nothing but nulls goes by.

    Raises:
        InputError: the column does not hold text.
    """
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    if pa.types.is_large_string(value):
        return pa.large_string()
    if pa.types.is_string(value) or pa.types.is_string_view(value) or pa.types.is_null(value):
        return pa.string()
    raise InputError(
        f"column '{column}' is of type {kind}, not text: "
        "name a column of strings with --column, or cast it first"
    )


def check_text(schema: pa.Schema, column: str) -> None:
    """Raises InputError where there is no such column, or it does not hold text."""
    text_type(schema.field(find_column(schema.names, column)).type, column)


def values_of(array: pa.Array) -> tuple[Bytes, Offsets]:
    """The bytes of a string or large_string array, a slice of one included, and their offsets.

    Returns:
        All bytes of the array's buffer, shape (bytes,), and offsets in them, shape (values + 1,).
        What lies behind a null is whatever the buffer has there.
    """
    width: Any = np.dtype(np.int64 if pa.types.is_large_string(array.type) else np.int32)
    _, offsets_buffer, data_buffer = array.buffers()
    if offsets_buffer is None or len(array) == 0:
        return np.empty(0, np.uint8), np.zeros(len(array) + 1, width)
    offsets = np.frombuffer(
        offsets_buffer, width, count=len(array) + 1, offset=array.offset * width.itemsize
    )
    data = np.frombuffer(data_buffer, np.uint8) if data_buffer else np.empty(0, np.uint8)
    return data, offsets
