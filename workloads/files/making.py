"""Data sets that are made rather than read: a task a file, on Ray."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

import pyarrow as pa

from errors import RayOnAwsError, UsageError
from workloads.files.commit import whole_file
from workloads.files.job import Summary, run_job
from workloads.files.parquet import Clock, Writer, check_codec
from workloads.files.places import Folder
from workloads.files.record import claim, writing
from workloads.files.shapes import part_name
from workloads.files.tasks import Outcome
from workloads.files.tuning import DEFAULT, Tuning, tuned

SCALES = {
    "smoke": 10_000_000,
    "small": 256_000_000,
    "medium": 10_000_000_000,
    "large": 100_000_000_000,
}
# Few rows make several files too, so that several cores have something to do.
FEWEST_FILES = 8


def bytes_of(scale: str) -> int:
    """How much data a scale is.

    Raises:
        UsageError: there is no such scale.
    """
    if scale not in SCALES:
        raise UsageError(f"'{scale}' is no scale: choose one of {', '.join(SCALES)}")
    return SCALES[scale]


class DataSet(Hashable, Protocol):
    """Rows that are the same whoever makes them, and in whatever pieces."""

    @property
    def row_bytes(self) -> int:
        """About how many bytes a row has."""

    def files(self) -> list[range]:
        """The row numbers that each file is to hold."""

    def table(self, rows: range) -> pa.Table:
        """Some of its rows."""


@dataclass(frozen=True)
class Made(ABC):
    """A data set by its size, kind and seed, down to its last byte.

    A subclass says what the rows are, and which kind is the usual one.

    Attributes:
        label: what the work of making it is called.
        noun: what it is a data set of.
        function: what making it is called where there is a tuning for it; None for never.
        mean_bytes: about how many bytes a row has, of each kind that there is.
        rows: how many.
        kind: which kind.
        seed: of all randomness.
    """

    label: ClassVar[str]
    noun: ClassVar[str]
    function: ClassVar[str | None] = None
    mean_bytes: ClassVar[Mapping[str, int]]

    rows: int
    kind: str = ""
    seed: int = 0

    def __post_init__(self) -> None:
        self._check_kind(self.kind)
        if self.rows < 1:
            raise UsageError(f"there must be at least 1 row, not {self.rows}")
        if not 0 <= self.seed < 2**63:
            raise UsageError(f"the seed must be from 0 to 2^63 - 1, not {self.seed}")

    @classmethod
    def sized(cls, size: int | str, kind: str | None = None, seed: int = 0) -> Self:
        """A data set of about `size`, in bytes or as the name of a scale.

        Raises:
            UsageError: no such scale or kind, or no size.
        """
        if isinstance(size, str):
            size = bytes_of(size)
        kind = cls.kind if kind is None else kind
        cls._check_kind(kind)
        return cls(-(-size // cls.mean_bytes[kind]), kind, seed)

    @classmethod
    def _check_kind(cls, kind: str) -> None:
        if kind not in cls.mean_bytes:
            raise UsageError(
                f"'{kind}' is no kind of {cls.noun}: choose one of {', '.join(cls.mean_bytes)}"
            )

    @property
    @abstractmethod
    def rows_per_file(self) -> int:
        """How many rows a file holds at the most."""

    @abstractmethod
    def table(self, rows: range) -> pa.Table:
        """Some of its rows."""

    @property
    def row_bytes(self) -> int:
        """About how many bytes a row has."""
        return self.mean_bytes[self.kind]

    @property
    def size(self) -> int:
        """About how many bytes all rows have."""
        return self.rows * self.row_bytes

    def files(self) -> list[range]:
        """The row numbers that each file holds."""
        number = max(-(-self.rows // self.rows_per_file), min(FEWEST_FILES, self.rows))
        cuts = [self.rows * part // number for part in range(number + 1)]
        return [range(cuts[part], cuts[part + 1]) for part in range(number)]

    def tasks(self, folder: Folder, codec: str) -> list[MakeTask]:
        """The tasks that write it, one a file."""
        return make_tasks(self, folder, codec)


@dataclass(frozen=True)
class MakeTask:
    """Writes one file of a data set."""

    destination: Folder
    name: str
    data: DataSet
    rows: range
    codec: str
    tuning: Tuning = DEFAULT

    @property
    def weight(self) -> int:
        """About how many bytes of data."""
        return len(self.rows) * self.data.row_bytes

    def table(self, rows: range) -> pa.Table:
        """What goes into the file for these rows."""
        return self.data.table(rows)

    def run(self) -> Outcome:
        """Makes the file; see `Task`."""
        working, writing = Clock(), Clock()
        at_once = max(self.tuning.batch_bytes // self.data.row_bytes, 1)
        try:
            with whole_file(self.destination, self.name) as sink:
                writer = Writer(sink, self.codec, self.tuning.row_group_bytes)
                for first in range(self.rows.start, self.rows.stop, at_once):
                    with working.running():
                        last = min(first + at_once, self.rows.stop)
                        table = self.table(range(first, last))
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


def make_tasks(
    data: DataSet, folder: Folder, codec: str, tuning: Tuning = DEFAULT
) -> list[MakeTask]:
    """The tasks that write a data set, one a file."""
    parts = data.files()
    return [
        MakeTask(folder, part_name(index, len(parts)), data, rows, codec, tuning)
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
    function: str | None = None,
) -> Summary:
    """Writes a data set as Parquet files, on Ray; continues where a killed run stopped.

    Args:
        destination: a folder, local or `s3://BUCKET/FOLDER`; new, empty, or of this same run.
        data: which data set.
        label: what the work is called.
        record: what tells this data set from others, as JSON has it.
        codec: snappy, zstd, lz4, gzip or none.
        progress: whether to show it on standard error.
        function: what this is called where there is a tuning for it; None for never.

    Raises:
        UsageError: no such codec, or a tuning that cannot be understood.
        OutputError: the destination holds something else, is full or may not be written.
        StorageError: a store refuses or cannot be reached.
    """
    check_codec(codec)
    folder = Folder.of(destination)
    run = {"workload": label, "codec": codec, **record}
    there = {file.name for file in folder.files()} if claim(folder, run) else set()
    tuning = DEFAULT if function is None else tuned(function)
    tasks = make_tasks(data, folder, codec, tuning)
    missing = [task for task in tasks if task.name not in there]
    with writing(folder):
        return run_job(
            folder,
            missing,
            label=label,
            already_there=len(tasks) - len(missing),
            progress=progress,
            cpus=tuning.cpus,
            at_once=tuning.at_once,
        )


def generate(
    destination: str | Path, spec: Made, *, codec: str = "snappy", progress: bool = True
) -> Summary:
    """Writes a data set as Parquet files, on Ray; see `make`."""
    return make(
        destination,
        spec,
        label=spec.label,
        record=asdict(spec),
        codec=codec,
        progress=progress,
        function=spec.function,
    )
