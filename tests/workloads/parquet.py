"""Parquet files to test with, and what is in them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from workloads.files.places import Folder


def write(path: Path, table: pa.Table, **options: object) -> Path:
    """Writes a table, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, **options)
    return path


def numbers(start: int, stop: int) -> pa.Table:
    """Rows that tell which they are: `id`, and a `text` of a few words."""
    texts = [f"Row {id_}: 가나다, ÀB!" for id_ in range(start, stop)]
    return pa.table(
        {"id": pa.array(range(start, stop), pa.int64()), "text": pa.array(texts, pa.string())}
    )


def write_numbers(folder: Path, sizes: Mapping[str, int] | Iterable[int]) -> Path:
    """Files of so many rows each, numbered through in the order given."""
    named = (
        sizes
        if isinstance(sizes, Mapping)
        else {f"{index}.parquet": size for index, size in enumerate(sizes)}
    )
    start = 0
    for name, size in named.items():
        write(folder / name, numbers(start, start + size))
        start += size
    return folder


def contents(place: str | Path) -> dict[str, pa.Table]:
    """All data files of a folder, local or in S3, by name."""
    folder = Folder.of(place)
    filesystem = folder.filesystem()
    return {
        file.name: pq.ParquetFile(folder.path(file.name), filesystem=filesystem).read()
        for file in folder.files()
    }


def ids(place: str | Path) -> dict[str, list[int]]:
    """The ids in each data file of a folder."""
    return {name: table["id"].to_pylist() for name, table in contents(place).items()}


def all_ids(place: str | Path) -> list[int]:
    """The ids in all data files of a folder, one file after the other."""
    return list(itertools.chain.from_iterable(ids(place).values()))


def everything_in(folder: Path) -> set[str]:
    """All that a folder holds, hidden or not, by its path within."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}
