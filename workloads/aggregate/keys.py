"""What rows are grouped or shuffled by: values of a column, and where each belongs."""

from __future__ import annotations

import pyarrow as pa

from errors import InputError
from workloads.files.columns import find_column
from workloads.files.types import is_text
from workloads.text.hashing import Buckets, hash_array, hash_buckets


def check_key(schema: pa.Schema, key: str) -> pa.DataType:
    """The plain type of the column to go by.

    Raises:
        InputError: there is no such column, or rows cannot be grouped by it.
    """
    kind = schema.field(find_column(schema.names, key, "--key")).type
    value = plain_type(kind)
    if not (
        pa.types.is_string(value)
        or pa.types.is_large_string(value)
        or pa.types.is_integer(value)
        or pa.types.is_boolean(value)
        or (pa.types.is_temporal(value) and not pa.types.is_interval(value))
        or pa.types.is_decimal128(value)
        or pa.types.is_decimal256(value)
        or pa.types.is_null(value)
    ):
        raise InputError(
            f"column '{key}' is of type {kind}, by which rows cannot be grouped: name a column of "
            "text, whole numbers, times, decimals or truth values with --key, or cast it first"
        )
    return value


def check_bucket_key(schema: pa.Schema, key: str) -> pa.DataType | None:
    """A type for all of those whose equal values have equal buckets; None where any other will do.

    Buckets go by keys written as text, in which a time has the digits of its unit, and a decimal
    those of its scale: the same time in other units would be another key.

    Raises:
        InputError: as with `check_key`.
    """
    kind = check_key(schema, key)
    if pa.types.is_null(kind):
        return None
    if is_text(kind):
        return pa.string()
    return pa.int64() if pa.types.is_integer(kind) else kind


def plain_type(kind: pa.DataType) -> pa.DataType:
    """The type of the values of a column, were each written out where it occurs."""
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.string() if pa.types.is_string_view(value) else value


def distinct_keys(keys: pa.Array) -> pa.DictionaryArray:
    """The keys as positions among those that occur, null among them."""
    return keys.cast(plain_type(keys.type)).dictionary_encode(null_encoding="encode")


def key_buckets(keys: pa.Array, number: int) -> Buckets:
    """The bucket that each key belongs to; the same key to the same, in any file."""
    encoded = distinct_keys(keys)
    values = hash_buckets(hash_array(encoded.dictionary.cast(pa.string())), number)
    taken: Buckets = values[encoded.indices.to_numpy()]
    return taken
