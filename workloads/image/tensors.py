"""Encoded images to tensors: a column of them, and of each what it was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from errors import InputError
from workloads.files.columns import BYTES, PATH, encoded_files
from workloads.files.functions import REASON, Parted
from workloads.files.picking import picked
from workloads.image.batch import DETAIL, Batch
from workloads.image.options import Options


def tensors(
    table: pa.Table,
    column: str = BYTES,
    prefix: str = "",
    keep_encoded: bool = False,
    **options: Any,
) -> Parted:
    """Decodes a column of images and adds them as tensors of one shape, with what they were.

    Columns added: width, height, format, mode, orientation, frames, phash (`workloads.image.phash`)
    and tensor (rows, columns, channels). What cannot be decoded is rejected, with its other
    columns, the sha256 of its bytes, `reason` (see `workloads.image.decode`) and `detail`.

    Args:
        table: any columns; they keep their types and order.
        column: the images: binary, or structs of `bytes` and `path`, of which the path is kept.
        prefix: goes before the names of the columns added, but for `reason` and `detail`.
        keep_encoded: keep the images as they were, too.
        options: those of `Options`.

    Raises:
        UsageError: an option makes no sense.
        InputError: no such column, it holds no images, or a column to add is there already.
    """
    wanted = Options(**options)
    found = encoded_files(table, column, "encoded images")
    others = table if keep_encoded else table.drop_columns(column)
    if found.paths is not None and not keep_encoded:
        others = _appended(others, {f"{prefix}{PATH}": found.paths})
    batch = Batch(len(table), wanted)
    batch.add(found)
    return Parted(
        _appended(_taken(others, batch.kept), batch.columns(prefix)),
        _appended(_taken(others, batch.rejected), batch.reasons(prefix)),
    )


def _taken(table: pa.Table, rows: list[int]) -> pa.Table:
    """The rows of these numbers, which ascend."""
    here = np.zeros(len(table), bool)
    here[rows] = True
    return picked(table, here)


def _appended(table: pa.Table, columns: dict[str, Any]) -> pa.Table:
    """The table with more columns.

    Raises:
        InputError: it has one of that name.
    """
    if there := [name for name in columns if name in table.column_names]:
        if there[0] in (REASON, DETAIL):
            raise InputError(
                f"there is a column '{there[0]}' already, which what is rejected gets: "
                "rename it in the input"
            )
        raise InputError(
            f"there is a column '{there[0]}' already: rename it, or give the columns to add "
            "a prefix with --prefix"
        )
    for name, values in columns.items():
        table = table.append_column(name, values)
    return table
