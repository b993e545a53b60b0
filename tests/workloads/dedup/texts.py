"""Texts with repeats to test with, in files, and what deduplication is to leave of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from tests.workloads.parquet import write

SCHEMA = pa.schema([("id", pa.int64()), ("text", pa.string())])


def write_texts(folder: Path, files: Sequence[Sequence[str | None]], **options: object) -> Path:
    """A file for each list of texts, their rows numbered through as `id`."""
    start = 0
    for index, texts in enumerate(files):
        ids = range(start, start + len(texts))
        table = pa.table([list(ids), list(texts)], schema=SCHEMA)
        write(folder / f"{index}.parquet", table, **options)
        start += len(texts)
    return folder


def first_ids(files: Sequence[Sequence[str | None]]) -> dict[str, list[int]]:
    """The ids of the first row of each text, by file."""
    seen: set[str | None] = set()
    kept: dict[str, list[int]] = {}
    row = 0
    for index, texts in enumerate(files):
        ids = kept[f"{index}.parquet"] = []
        for text in texts:
            if text not in seen:
                seen.add(text)
                ids.append(row)
            row += 1
    return kept
