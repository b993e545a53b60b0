"""Numbers doubled, and the even ones of them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

TIMES = 2


def double(source: str, destination: str, times: int = TIMES) -> None:
    table = pq.read_table(source)
    write(table.append_column("double", pc.multiply(table["number"], times)), destination)


def even(source: str, destination: str) -> None:
    table = pq.read_table(source)
    doubled = table.append_column("double", pc.multiply(table["number"], TIMES))
    write(doubled.filter(pc.equal(pc.bit_wise_and(table["number"], 1), 0)), destination)


def write(table: pa.Table, destination: str) -> None:
    folder = Path(destination)
    folder.mkdir()
    pq.write_table(table, folder / "all.parquet")
