"""Generate text: `id`, `text` of about 1 KB and `label`, the same for a seed on any machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa

from errors import RayOnAwsError, UsageError
from workloads.files.commit import whole_file
from workloads.files.job import Summary, run_job
from workloads.files.parquet import Clock, Writer, check_codec
from workloads.files.places import Folder
from workloads.files.record import claim
from workloads.files.shapes import part_name
from workloads.files.tasks import Outcome
from workloads.files.tuning import DEFAULT, Tuning, tuned
from workloads.text.characters import LONGEST_WORD, ROW_BYTES, write_letters, write_mixed

SCALES = {
    "smoke": 10_000_000,
    "small": 256_000_000,
    "medium": 10_000_000_000,
    "large": 100_000_000_000,
}
LABELS = ("news", "blog", "forum", "wiki")
KINDS = {"letters": (write_letters, 0), "mixed": (write_mixed, LONGEST_WORD)}
ROWS_PER_FILE = 65_536
# Few rows make several files too, so that several cores have something to do.
FEWEST_FILES = 8
ROWS_AT_ONCE = 2048
# What it is called where there is a tuning for it.
NAME = "workloads.text:generate"


@dataclass(frozen=True)
class TextSpec:
    """A text data set, down to its last byte.

    Attributes:
        rows: how many, of about 1 KB each.
        kind: `letters` or `mixed`.
        seed: of all randomness.
    """

    rows: int
    kind: str = "letters"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UsageError(f"'{self.kind}' is no kind of text: choose one of {', '.join(KINDS)}")
        if self.rows < 1:
            raise UsageError(f"there must be at least 1 row, not {self.rows}")
        if not 0 <= self.seed < 2**63:
            raise UsageError(f"the seed must be from 0 to 2^63 - 1, not {self.seed}")

    @classmethod
    def sized(cls, size: int | str, kind: str = "letters", seed: int = 0) -> Self:
        """A data set of about `size`, in bytes or as the name of a scale.

        Raises:
            UsageError: no such scale or kind, or no size.
        """
        if isinstance(size, str):
            if size not in SCALES:
                raise UsageError(f"'{size}' is no scale: choose one of {', '.join(SCALES)}")
            size = SCALES[size]
        return cls(-(-size // ROW_BYTES), kind, seed)

    @property
    def size(self) -> int:
        """About how many bytes of text."""
        return self.rows * ROW_BYTES

    def tasks(self, folder: Folder, codec: str) -> list[GenerateTask]:
        """What writes it, a task a file."""
        return generate_tasks(folder, self, codec)

    def files(self) -> list[range]:
        """The row numbers that each file holds."""
        number = max(-(-self.rows // ROWS_PER_FILE), min(FEWEST_FILES, self.rows))
        cuts = [self.rows * part // number for part in range(number + 1)]
        return [range(cuts[part], cuts[part + 1]) for part in range(number)]

    def table(self, rows: range) -> pa.Table:
        """Some rows of the data set; `id` is the row's number.

        Columns: id int64, text string, label string.
        """
        ids = np.arange(rows.start, rows.stop, dtype=np.int64)
        labels = pa.array(_labels(self.seed, ids), pa.int8())
        label = pa.DictionaryArray.from_arrays(labels, list(LABELS)).dictionary_decode()
        return pa.table({"id": ids, "text": self._text(rows), "label": label})

    def _text(self, rows: range) -> pa.Array:
        write, extra = KINDS[self.kind]
        out = pa.allocate_buffer(len(rows) * (ROW_BYTES + extra))
        offsets = np.zeros(len(rows) + 1, np.int32)
        write(self.seed, rows.start, np.frombuffer(out, np.uint8), offsets)
        used = out.slice(0, int(offsets[-1]))
        return pa.Array.from_buffers(pa.string(), len(rows), [None, pa.py_buffer(offsets), used])


@dataclass(frozen=True)
class GenerateTask:
    """Writes one file of a data set."""

    destination: Folder
    name: str
    spec: TextSpec
    rows: range
    codec: str
    tuning: Tuning = DEFAULT

    @property
    def rows_at_once(self) -> int:
        """How many rows are made at a time."""
        return max(ROWS_AT_ONCE * self.tuning.batch_bytes // DEFAULT.batch_bytes, 1)

    @property
    def weight(self) -> int:
        """About how many bytes of text."""
        return len(self.rows) * ROW_BYTES

    def table(self, rows: range) -> pa.Table:
        """What goes into the file for these rows."""
        return self.spec.table(rows)

    def run(self) -> Outcome:
        """Makes the file; see `Task`."""
        working, writing = Clock(), Clock()
        try:
            with whole_file(self.destination, self.name) as sink:
                writer = Writer(sink, self.codec, self.tuning.row_group_bytes)
                for first in range(self.rows.start, self.rows.stop, self.rows_at_once):
                    with working.running():
                        last = min(first + self.rows_at_once, self.rows.stop)
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


def generate(
    destination: str | Path, spec: TextSpec, *, codec: str = "snappy", progress: bool = True
) -> Summary:
    """Writes a text data set as Parquet files, on Ray; continues where a killed run stopped.

    Args:
        destination: a folder, local or `s3://BUCKET/FOLDER`; new, empty, or of this same run.
        spec: which data set.
        codec: snappy, zstd, lz4, gzip or none.
        progress: whether to show it on standard error.

    Raises:
        UsageError: no such codec.
        OutputError: the destination holds something else, is full or may not be written.
        StorageError: a store refuses or cannot be reached.
    """
    check_codec(codec)
    folder = Folder.of(destination)
    run: dict[str, Any] = {
        "workload": "text.generate",
        "rows": spec.rows,
        "kind": spec.kind,
        "seed": spec.seed,
        "codec": codec,
    }
    there = {file.name for file in folder.files()} if claim(folder, run) else set()
    tuning = tuned(NAME)
    tasks = generate_tasks(folder, spec, codec, tuning)
    missing = [task for task in tasks if task.name not in there]
    return run_job(
        folder,
        missing,
        label="text.generate",
        already_there=len(tasks) - len(missing),
        progress=progress,
        cpus=tuning.cpus,
        at_once=tuning.at_once,
    )


def generate_tasks(
    folder: Folder, spec: TextSpec, codec: str, tuning: Tuning = DEFAULT
) -> list[GenerateTask]:
    """The tasks that write a data set, one a file."""
    parts = spec.files()
    return [
        GenerateTask(folder, part_name(index, len(parts)), spec, rows, codec, tuning)
        for index, rows in enumerate(parts)
    ]


def _labels(seed: int, ids: np.ndarray[Any, np.dtype[np.int64]]) -> Any:
    """A label's number for each row: bits of a multiplicative hash of row and seed (Knuth 6.4)."""
    mixed = (ids.astype(np.uint64) + np.uint64(seed)) * np.uint64(0x9E37_79B9_7F4A_7C15)
    return (mixed >> np.uint64(62)).astype(np.int8)
