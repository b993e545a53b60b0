"""Where the rows of an output come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import pyarrow as pa

from workloads.files.parquet import read_rows
from workloads.files.places import Folder
from workloads.files.shapes import Output


class Rows(Protocol):
    """Reads what an output is made from."""

    def pieces(self, output: Output) -> list[Output]:
        """What it is made from in pieces, in order, of which a bad one can be left out."""

    def tables(
        self, source: Folder, output: Output, batch_bytes: int
    ) -> Iterator[tuple[str, pa.Table]]:
        """Tables of about so many bytes, each with the name of what it was read from."""


@dataclass(frozen=True)
class ParquetRows:
    """Reads rows of Parquet files."""

    def pieces(self, output: Output) -> list[Output]:
        """See `Rows`: the rows of each file."""
        return [replace(output, slices=(part,)) for part in output.slices]

    def tables(
        self, source: Folder, output: Output, batch_bytes: int
    ) -> Iterator[tuple[str, pa.Table]]:
        """See `Rows`; at least one table for each file.

        Raises:
            InputError: a file is not Parquet, or not whole.
        """
        for part in output.slices:
            origin = f"{source.uri}/{part.file}"
            for table in read_rows(source, part.file, part.start, part.stop, batch_bytes):
                yield origin, table
