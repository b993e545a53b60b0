"""Deduplication with no work done: as many rows are left out as are duplicates, whichever."""

from __future__ import annotations

import pyarrow as pa

from workloads.bench.case import Split
from workloads.bench.engines.floor import copy


def exact(source: str, destination: str) -> Split:
    """Reads the source and writes nine rows in ten."""
    return copy(source, destination, f"{__name__}:nine_in_ten")


def minhash(source: str, destination: str) -> Split:
    """Reads the source and writes eight rows in ten."""
    return copy(source, destination, f"{__name__}:eight_in_ten")


def nine_in_ten(table: pa.Table) -> pa.Table:
    """Of ten rows nine, without copying them."""
    return table.slice(0, len(table) * 9 // 10)


def eight_in_ten(table: pa.Table) -> pa.Table:
    """Of ten rows eight, without copying them."""
    return table.slice(0, len(table) * 8 // 10)
