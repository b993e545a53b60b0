"""Columns of a table by their name, and those that hold encoded files: images, clips of sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from errors import InputError
from workloads.files.types import is_bytes

BYTES, PATH = "bytes", "path"


def find_column(names: list[str], column: str, option: str = "--column") -> int:
    """The position of a column among those of a table; `option` is what names it in a command.

    Raises:
        InputError: there is none of that name, or more than one.
    """
    if names.count(column) > 1:
        raise InputError(f"there are several columns '{column}': rename all of them but one")
    if column not in names:
        raise InputError(
            f"there is no column '{column}': the columns are {', '.join(names)}; "
            f"name the one to look at with {option}"
        )
    return names.index(column)


@dataclass(frozen=True)
class EncodedFiles:
    """The encoded files in a column.

    Attributes:
        encoded: binary, large or a view or neither; null where there is none.
        paths: where the column holds structs of bytes and a path, as Hugging Face writes them.
    """

    encoded: pa.ChunkedArray
    paths: pa.ChunkedArray | None = None

    def __iter__(self) -> Iterator[Any]:
        """Each file as a buffer, not copied; None for a null."""
        return (value.as_buffer() if value.is_valid else None for value in self.encoded)


def encoded_files(table: pa.Table, column: str, what: str) -> EncodedFiles:
    """What is in a column of binary, or of structs with a binary field `bytes` and maybe a `path`.

    Args:
        table: any columns.
        column: the one of encoded files; one of nothing but nulls is taken.
        what: they are called.

    Raises:
        InputError: there is no such column, there are several, or it holds something else.
    """
    found = table.column(find_column(table.column_names, column))
    kind, paths = found.type, None
    if pa.types.is_struct(kind) and kind.get_field_index(BYTES) >= 0:
        if kind.get_field_index(PATH) >= 0:
            paths = pc.struct_field(found, PATH)
        found = pc.struct_field(found, BYTES)
    if pa.types.is_null(found.type):
        return EncodedFiles(found.cast(pa.binary()), paths)
    if not is_bytes(found.type):
        raise InputError(
            f"column '{column}' is of type {kind}, not {what}: name a column of binary, or of "
            f"structs with a binary field '{BYTES}', with --column"
        )
    return EncodedFiles(found, paths)
