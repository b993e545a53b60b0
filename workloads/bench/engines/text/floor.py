"""Text written as it is.

As large as what `ours` writes where cleaning removes nothing, and larger where it does.
"""

from __future__ import annotations

from functools import lru_cache

import pyarrow as pa

from workloads.bench.case import Split
from workloads.bench.engines.floor import CODEC, copy, run_all
from workloads.files.making import DataSet, MakeTask
from workloads.files.places import Folder
from workloads.text.clean import CLEANED
from workloads.text.generate import TextSpec


class SameRows(MakeTask):
    """Writes a file of the right size from the same few rows, over and over."""

    def table(self, rows: range) -> pa.Table:
        """The first rows of the data set, whichever are asked for."""
        return _first_rows(self.data, len(rows))


def generate(spec: TextSpec, destination: str) -> Split:
    """Writes as many bytes as the data set has, without making them."""
    folder = Folder.of(destination)
    return run_all(
        [
            SameRows(folder, f"{index}.parquet", spec, rows, CODEC)
            for index, rows in enumerate(spec.files())
        ]
    )


def clean(source: str, destination: str) -> Split:
    """Reads the source and writes it with the text a second time, as it is."""
    return copy(source, destination, f"{__name__}:text_twice")


def text_twice(table: pa.Table) -> pa.Table:
    """The table with its text a second time."""
    return table.append_column(CLEANED, table.column("text"))


# All but the last of a file, and that.
@lru_cache(maxsize=2)
def _first_rows(data: DataSet, number: int) -> pa.Table:
    return data.table(range(number))
