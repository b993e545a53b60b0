"""Labelled texts to test with, in files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from tests.workloads.parquet import write

Row = tuple[str | None, str | None]


def write_rows(folder: Path, files: Sequence[Sequence[Row]], **options: object) -> Path:
    """A file for each list of labels and texts, its rows numbered through as `id`."""
    start = 0
    for index, rows in enumerate(files):
        columns = {
            "id": pa.array(range(start, start + len(rows)), pa.int64()),
            "text": pa.array([text for _, text in rows], pa.string()),
            "label": pa.array([label for label, _ in rows], pa.string()),
        }
        write(folder / f"{index}.parquet", pa.table(columns), **options)
        start += len(rows)
    return folder
