"""Aggregation with no work done: all is read, and next to nothing written."""

from __future__ import annotations

import pyarrow as pa

from workloads.bench.case import Split
from workloads.bench.engines.floor import copy


def labels(source: str, destination: str) -> Split:
    """Reads the source, with the `id` that nobody needs, which is little; writes no row of it."""
    return copy(source, destination, f"{__name__}:no_rows")


def no_rows(table: pa.Table) -> pa.Table:
    """None of the rows."""
    return table.slice(0, 0)
