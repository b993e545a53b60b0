"""Types of columns: in which form they can be moved and merged, and which fit which."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

# From coarse to fine.
TIME_UNITS = ("s", "ms", "us", "ns")
SMALL_INDEX_BITS = 32


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """The columns as text, bytes and values written out, where they are views or dictionaries.

    Arrow takes no rows out of views, and writes all of what they are views of with each slice; and
    an Arrow file may hold only one dictionary for a column.
    """
    return _each(schema, _plain)


def wide_schema(schema: pa.Schema) -> pa.Schema:
    """The columns with dictionaries whose positions have 32 bits at the least.

    Rows of several files in one may have more values than the 127 that pandas counts with 8 bits.
    """
    return _each(schema, _wide)


def fits(kind: pa.DataType, other: pa.DataType) -> bool:
    """Whether values of a type are the same values in the other: whole numbers in wider ones, say.

    A number in a column of text, or the other way round, would be: it is other than it was.
    """
    if kind == other or pa.types.is_null(kind):
        return True
    if pa.types.is_dictionary(kind):
        return fits(kind.value_type, other)
    if pa.types.is_dictionary(other):
        return fits(kind, other.value_type)
    if _of_list(kind) and _of_list(other):
        same_size = getattr(kind, "list_size", None) == getattr(other, "list_size", None)
        return same_size and fits(kind.value_type, other.value_type)
    if pa.types.is_map(kind) and pa.types.is_map(other):
        return fits(kind.key_type, other.key_type) and fits(kind.item_type, other.item_type)
    if pa.types.is_struct(kind) and pa.types.is_struct(other):
        names = [field.name for field in kind] == [field.name for field in other]
        return names and all(fits(one.type, two.type) for one, two in zip(kind, other, strict=True))
    return _widens(kind, other)


def is_text(kind: pa.DataType) -> bool:
    """Whether it is text, in any of the forms that Arrow has for it."""
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def is_bytes(kind: pa.DataType) -> bool:
    """Whether it is bytes of any length, in any of the forms that Arrow has for them."""
    return bool(
        pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind)
    )


def _widens(kind: pa.DataType, other: pa.DataType) -> bool:
    if pa.types.is_integer(kind) and pa.types.is_integer(other):
        signs = pa.types.is_signed_integer(kind), pa.types.is_signed_integer(other)
        if signs[0] == signs[1]:
            return bool(kind.bit_width <= other.bit_width)
        return bool(signs[1] and kind.bit_width < other.bit_width)
    if pa.types.is_floating(kind) and pa.types.is_floating(other):
        return bool(kind.bit_width <= other.bit_width)
    if pa.types.is_timestamp(kind) and pa.types.is_timestamp(other):
        finer = TIME_UNITS.index(kind.unit) <= TIME_UNITS.index(other.unit)
        return bool(finer and kind.tz == other.tz)
    return (is_text(kind) and is_text(other)) or (is_bytes(kind) and is_bytes(other))


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    if pa.types.is_string_view(kind):
        return pa.string()
    return pa.binary() if pa.types.is_binary_view(kind) else kind


def _wide(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind) and kind.index_type.bit_width < SMALL_INDEX_BITS:
        return pa.dictionary(pa.int32(), kind.value_type, kind.ordered)
    return kind


def _each(schema: pa.Schema, leaf: Callable[[pa.DataType], pa.DataType]) -> pa.Schema:
    return pa.schema(
        [column.with_type(_rebuilt(column.type, leaf)) for column in schema], schema.metadata
    )


def _rebuilt(kind: pa.DataType, leaf: Callable[[pa.DataType], pa.DataType]) -> pa.DataType:
    """The type with what `leaf` makes of the types in it; views of lists stay, as none is cast."""

    def inner(field: pa.Field) -> pa.Field:
        return field.with_type(_rebuilt(field.type, leaf))

    if pa.types.is_list(kind):
        return pa.list_(inner(kind.value_field))
    if pa.types.is_large_list(kind):
        return pa.large_list(inner(kind.value_field))
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(inner(kind.value_field), kind.list_size)
    if pa.types.is_struct(kind):
        return pa.struct([inner(field) for field in kind])
    if pa.types.is_map(kind):
        return pa.map_(inner(kind.key_field), inner(kind.item_field), kind.keys_sorted)
    return leaf(kind)


def _of_list(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )
