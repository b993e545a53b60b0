"""The column of encoded images in a table, and the other ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from errors import InputError

BYTES, PATH = "bytes", "path"


@dataclass(frozen=True)
class Images:
    """The encoded images of a table.

    Attributes:
        encoded: binary, large or a view or neither; null where there is none.
        paths: where the column holds structs of bytes and a path, as Hugging Face writes them.
    """

    encoded: pa.ChunkedArray
    paths: pa.ChunkedArray | None = None

    def __iter__(self) -> Iterator[Any]:
        """Each image as a buffer, not copied; None for a null."""
        return (value.as_buffer() if value.is_valid else None for value in self.encoded)


def images(table: pa.Table, column: str) -> Images:
    """The images in a column: binary, or structs with a binary field `bytes` and maybe a `path`.

    Raises:
        InputError: there is no such column, or it holds something else.
    """
    if column not in table.column_names:
        raise InputError(
            f"there is no column '{column}': the columns are {', '.join(table.column_names)}; "
            "name the one of the images with --column"
        )
    found = table.column(column)
    paths = None
    if pa.types.is_struct(found.type) and found.type.get_field_index(BYTES) >= 0:
        if found.type.get_field_index(PATH) >= 0:
            paths = pc.struct_field(found, PATH)
        found = pc.struct_field(found, BYTES)
    if pa.types.is_null(found.type):
        return Images(found.cast(pa.binary()), paths)
    if not (
        pa.types.is_binary(found.type)
        or pa.types.is_large_binary(found.type)
        or pa.types.is_binary_view(found.type)
    ):
        raise InputError(
            f"column '{column}' is of type {table.column(column).type}, not encoded images: name "
            "a column of binary, or of structs with a binary field 'bytes', with --column"
        )
    return Images(found, paths)
