"""A made data set of sentences: `id` and `text`, the same for a seed on any machine."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from errors import RayOnAwsError, UsageError
from workloads.embed.words import Lengths, mean_bytes, sentences
from workloads.files.commit import whole_file
from workloads.files.job import Summary, run_job
from workloads.files.parquet import Clock, Writer, check_codec
from workloads.files.places import Folder
from workloads.files.record import claim
from workloads.files.shapes import part_name
from workloads.files.tasks import Outcome

LABEL = "embed.generate"
# What is typed into a search box, and what is written, from headlines to whole paragraphs.
KINDS = {
    "short": Lengths(median=7, spread=0.4, fewest=3, most=20),
    "mixed": Lengths(median=16, spread=0.8, fewest=3, most=120),
}
# So much is about half a minute's work for a core: what a task that was lost has done is not much,
# and a few megabytes keep many cores busy.
ROWS_PER_FILE = 4096
# Few rows make several files too, so that several cores have something to do.
FEWEST_FILES = 8
ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class SentenceSpec:
    """A data set of sentences, down to its last byte.

    Attributes:
        rows: how many sentences.
        kind: `short`, of 3 to 20 words, or `mixed`, of 3 to 120.
        seed: of all randomness.
    """

    rows: int
    kind: str = "mixed"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UsageError(
                f"'{self.kind}' is no kind of sentences: choose one of {', '.join(KINDS)}"
            )
        if self.rows < 1:
            raise UsageError(f"there must be at least 1 row, not {self.rows}")
        if not 0 <= self.seed < 2**63:
            raise UsageError(f"the seed must be from 0 to 2^63 - 1, not {self.seed}")

    @classmethod
    def sized(cls, size: int, kind: str = "mixed", seed: int = 0) -> SentenceSpec:
        """A data set of about `size` bytes of text.

        Raises:
            UsageError: no such kind, or no size.
        """
        mean = mean_bytes(KINDS[kind]) if kind in KINDS else 1
        return cls(-(-size // mean), kind, seed)

    @property
    def size(self) -> int:
        """About how many bytes of text."""
        return self.rows * mean_bytes(KINDS[self.kind])

    def files(self) -> list[range]:
        """The row numbers that each file holds."""
        number = max(-(-self.rows // ROWS_PER_FILE), min(FEWEST_FILES, self.rows))
        cuts = [self.rows * part // number for part in range(number + 1)]
        return [range(cuts[part], cuts[part + 1]) for part in range(number)]

    def tasks(self, folder: Folder, codec: str) -> list[MakeTask]:
        """The tasks that write it, one a file."""
        parts = self.files()
        return [
            MakeTask(folder, part_name(index, len(parts)), self, rows, codec)
            for index, rows in enumerate(parts)
        ]

    def table(self, rows: range) -> pa.Table:
        """Some rows of it; `id` is the row's number.

        Columns: id int64, text string.
        """
        texts = sentences(self.seed, rows.start, len(rows), KINDS[self.kind])
        ids = np.arange(rows.start, rows.stop, dtype=np.int64)
        return pa.table({"id": ids, "text": pa.array(texts, pa.string())})


@dataclass(frozen=True)
class MakeTask:
    """Writes one file of a data set."""

    destination: Folder
    name: str
    spec: SentenceSpec
    rows: range
    codec: str

    @property
    def weight(self) -> int:
        """About how many bytes of text."""
        return len(self.rows) * mean_bytes(KINDS[self.spec.kind])

    def run(self) -> Outcome:
        """Makes the file; see `Task`."""
        working, writing = Clock(), Clock()
        try:
            with whole_file(self.destination, self.name) as sink:
                writer = Writer(sink, self.codec)
                for first in range(self.rows.start, self.rows.stop, ROWS_AT_ONCE):
                    with working.running():
                        last = min(first + ROWS_AT_ONCE, self.rows.stop)
                        table = self.spec.table(range(first, last))
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
    destination: str | Path, spec: SentenceSpec, *, codec: str = "snappy", progress: bool = True
) -> Summary:
    """Writes a data set as Parquet files, on Ray; continues where a killed run stopped.

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
    run = {"workload": LABEL, "codec": codec, **asdict(spec)}
    there = {file.name for file in folder.files()} if claim(folder, run) else set()
    tasks = spec.tasks(folder, codec)
    missing = [task for task in tasks if task.name not in there]
    return run_job(
        folder,
        missing,
        label=LABEL,
        already_there=len(tasks) - len(missing),
        progress=progress,
    )
