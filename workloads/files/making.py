"""Data sets that are made rather than read: a task a file, on Ray."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from errors import RayOnAwsError
from workloads.files.commit import whole_file
from workloads.files.job import Summary, run_job
from workloads.files.parquet import Clock, Writer, check_codec
from workloads.files.places import Folder
from workloads.files.record import claim
from workloads.files.shapes import part_name
from workloads.files.tasks import Outcome

# Made before they are written.
BYTES_AT_ONCE = 4 * 2**20


class DataSet(Protocol):
    """Rows that are the same whoever makes them, and in whatever pieces.

    Attributes:
        row_bytes: about how many bytes a row has.
    """

    @property
    def row_bytes(self) -> int: ...  # noqa: D102 - see above

    def files(self) -> list[range]:
        """The row numbers that each file is to hold."""

    def table(self, rows: range) -> pa.Table:
        """Some of its rows."""


@dataclass(frozen=True)
class MakeTask:
    """Writes one file of a data set."""

    destination: Folder
    name: str
    data: DataSet
    rows: range
    codec: str

    @property
    def weight(self) -> int:
        """About how many bytes of data."""
        return len(self.rows) * self.data.row_bytes

    def run(self) -> Outcome:
        """Makes the file; see `Task`."""
        working, writing = Clock(), Clock()
        at_once = max(BYTES_AT_ONCE // self.data.row_bytes, 1)
        try:
            with whole_file(self.destination, self.name) as sink:
                writer = Writer(sink, self.codec)
                for first in range(self.rows.start, self.rows.stop, at_once):
                    with working.running():
                        last = min(first + at_once, self.rows.stop)
                        table = self.data.table(range(first, last))
                    with writing.running():
                        writer.add(table, self.name)
                with writing.running():
                    writer.close()
                    size = sink.tell()
        except RayOnAwsError as error:
            return Outcome(self.name, self.weight, error=error)
        return Outcome(
            self.name,
            self.weight,
            rows_out=writer.rows,
            bytes_out=size,
            work_seconds=working.seconds,
            write_seconds=writing.seconds,
        )


def make_tasks(data: DataSet, folder: Folder, codec: str) -> list[MakeTask]:
    """The tasks that write a data set, one a file."""
    parts = data.files()
    return [
        MakeTask(folder, part_name(index, len(parts)), data, rows, codec)
        for index, rows in enumerate(parts)
    ]


def make(
    destination: str | Path,
    data: DataSet,
    *,
    label: str,
    record: Mapping[str, Any],
    codec: str = "snappy",
    progress: bool = True,
) -> Summary:
    """Writes a data set as Parquet files, on Ray; continues where a killed run stopped.

    Args:
        destination: a folder, local or `s3://BUCKET/FOLDER`; new, empty, or of this same run.
        data: which data set.
        label: what the work is called.
        record: what tells this data set from others, as JSON has it.
        codec: snappy, zstd, lz4, gzip or none.
        progress: whether to show it on standard error.

    Raises:
        UsageError: no such codec.
        OutputError: the destination holds something else, is full or may not be written.
        StorageError: a store refuses or cannot be reached.
    """
    check_codec(codec)
    folder = Folder.of(destination)
    run = {"workload": label, "codec": codec, **record}
    there = {file.name for file in folder.files()} if claim(folder, run) else set()
    tasks = make_tasks(data, folder, codec)
    missing = [task for task in tasks if task.name not in there]
    return run_job(
        folder,
        missing,
        label=label,
        already_there=len(tasks) - len(missing),
        progress=progress,
    )
