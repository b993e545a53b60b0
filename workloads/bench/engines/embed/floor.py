"""Sentences written with vectors that are there already."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from workloads.bench.case import Split
from workloads.bench.engines.embed.usual import WIDTH
from workloads.bench.engines.floor import copy
from workloads.embed.sentences import TRUNCATED, VECTOR

ROWS = 4096


def sentences(source: str, destination: str) -> Split:
    """Reads the source and writes it with vectors that no codec makes smaller."""
    return copy(source, destination, f"{__name__}:with_vectors")


sentences_int8 = sentences


def with_vectors(table: pa.Table) -> pa.Table:
    """The table with some vector for each row."""
    rows = np.arange(table.num_rows) % ROWS
    lists = pa.FixedSizeListArray.from_arrays(pa.array(_vectors()[rows].reshape(-1)), WIDTH)
    table = table.append_column(VECTOR, lists)
    return table.append_column(TRUNCATED, pa.array(np.zeros(len(rows), bool)))


@lru_cache(maxsize=1)
def _vectors() -> Any:
    return np.random.default_rng(0).normal(size=(ROWS, WIDTH)).astype(np.float32)
