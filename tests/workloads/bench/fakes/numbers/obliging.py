"""Numbers doubled wrongly; and nothing at all of the even ones."""

from __future__ import annotations

import pyarrow.parquet as pq
from workloads.bench.engines.numbers import ours  # type: ignore[import-not-found]


def double(source: str, destination: str) -> None:
    ours.double(source, destination, times=3)


def even(source: str, destination: str) -> None:
    ours.write(pq.read_table(source).slice(0, 0), destination)
