"""A shuffle: rows go to files by a key, all rows of a key to the same file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from errors import UsageError
from workloads.aggregate.keys import check_bucket_key, key_buckets
from workloads.files.commit import whole_file
from workloads.files.exchange import BucketWriter, read_buckets
from workloads.files.failures import explained
from workloads.files.job import Summary
from workloads.files.numbering import Part
from workloads.files.parquet import Writer, read_rows
from workloads.files.places import Folder
from workloads.files.shapes import part_name
from workloads.files.staged import Account, StagedJob, StageTask, clocked
from workloads.files.types import plain_schema, wide_schema

STAGE = "rows"
# Fast both ways; rows are written once and read once.
CODEC = "lz4"


@dataclass(frozen=True)
class ScatterTask(StageTask):
    """Writes the rows of one input file by the files of the result that they go to.

    Attributes:
        source: the folder of the input.
        folder: of this stage.
        part: the file.
        key: the column to shuffle by.
        files: how many the result has.
    """

    source: Folder
    folder: Folder
    part: Part
    key: str
    files: int

    def work(self, account: Account) -> None:
        """Makes the file; see `StageTask`."""
        with whole_file(self.folder, self.name) as sink:
            writer = None
            for table in clocked(account.reading, read_rows(self.source, self.part.file.name)):
                with account.working.running():
                    keys = table.column(self.key).combine_chunks()
                    buckets = key_buckets(keys, self.files)
                    rows = table.cast(plain_schema(table.schema))
                with account.writing.running():
                    writer = writer or BucketWriter(sink, rows.schema, self.files, CODEC)
                    writer.add(rows, buckets)
                account.rows_in += len(table)
            with account.writing.running():
                if writer is not None:
                    writer.close()
                account.bytes_out = sink.tell()
        account.rows_out = account.rows_in


@dataclass(frozen=True)
class GatherTask(StageTask):
    """Writes one file of the result from what all input files have for it, in their order.

    Attributes:
        source: the folder of the input.
        target: the folder of the result.
        parts: the input files.
        scattered: the folder with the rows.
        position: of the file.
        files: how many the result has.
        codec: of the result.
    """

    source: Folder
    target: Folder
    parts: tuple[Part, ...]
    scattered: Folder
    position: int
    files: int
    codec: str

    def work(self, account: Account) -> None:
        """Makes the file; see `StageTask`."""
        names = [scattered_name(part) for part in self.parts]
        with whole_file(self.target, self.name) as sink:
            writer = Writer(sink, self.codec)
            found = read_buckets(self.scattered, names, self.position, self.files)
            schema = wide_schema(self._schema(0))
            for position, batch in clocked(account.reading, found):
                origin = f"{self.source.uri}/{self.parts[position].file.name}"
                with account.working.running():
                    rows = pa.Table.from_batches([batch])
                    if rows.schema == plain_schema(schema):
                        rows = rows.cast(schema)
                with account.writing.running():
                    writer.add(rows, origin)
                account.rows_in += len(rows)
            with account.writing.running():
                writer.close()
                account.bytes_out = sink.tell()
        account.rows_out = writer.rows

    def _schema(self, position: int) -> pa.Schema:
        """The columns of an input file."""
        name = self.parts[position].file.name
        with explained(f"{self.source.uri}/{name}"):
            filesystem = self.source.filesystem()
            return pq.read_schema(self.source.path(name), filesystem=filesystem)


def scattered_name(part: Part) -> str:
    """The file that holds the rows of an input file between the stages."""
    return f"{part.file.name}.arrow"


def shuffle(
    source: str | Path,
    destination: str | Path,
    *,
    key: str = "label",
    files: int | None = None,
    codec: str = "snappy",
    skip_bad: bool = False,
    progress: bool = True,
) -> Summary:
    """Writes all rows of a folder to so many files, those with the same key to the same file.

    Which file that is comes from a hash of the key. Within a file, rows are in the order of the
    input: of its files' names, and within a file in its own. A run that was killed is continued by
    running it again.

    Args:
        source: a folder or a file, local or `s3://BUCKET/FOLDER`.
        destination: a folder, local or `s3://BUCKET/FOLDER`; new, empty, or of this same run.
        key: the column to shuffle by; null is a key too.
        files: how many to write; by default as many as there are in the source.
        codec: of the output: snappy, zstd, lz4, gzip or none.
        skip_bad: leave out files that cannot be read, and list them.
        progress: whether to show it on standard error.

    Raises:
        UsageError: the arguments do not go together.
        InputError: no input, or a bad file and not `skip_bad`; what is written stays.
        OutputError: the destination holds something else, is full or may not be written.
        StorageError: a store refuses or cannot be reached.
    """
    if files is not None and files < 1:
        raise UsageError(f"the number of files must be at least 1, not {files}")
    job = StagedJob(
        "aggregate.shuffle",
        source,
        destination,
        options={"key": key, "files": files},
        check=partial(check_bucket_key, key=key),
        codec=codec,
        skip_bad=skip_bad,
        progress=progress,
    )
    number = files or job.files
    names = [part_name(index, number) for index in range(number)]
    missing = job.missing(names)
    scattered = job.stage(STAGE)
    if missing:
        job.read_all(
            STAGE,
            [
                ScatterTask(
                    scattered_name(part),
                    part.file.size,
                    job.origin,
                    scattered,
                    part,
                    key,
                    number,
                )
                for part in job.parts
            ],
        )
    if not job.parts:
        # Nothing tells the columns of a result where all files were left out.
        return job.finish([])
    weight = sum(part.file.size for part in job.parts) // max(number, 1)
    parts = tuple(job.parts)
    return job.finish(
        [
            GatherTask(
                name,
                weight,
                job.origin,
                job.target,
                parts,
                scattered,
                position,
                number,
                codec,
            )
            for position, name in enumerate(names)
            if name in missing
        ],
        already_there=number - len(missing),
    )
