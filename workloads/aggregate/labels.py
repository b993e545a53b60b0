"""A grouped aggregation: how many texts there are of each label, how many distinct, how long."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from errors import UsageError
from workloads.aggregate.keys import check_key
from workloads.aggregate.partials import (
    KEY,
    TEXTS,
    PartialsTask,
    partials_name,
    read_partials,
)
from workloads.files.commit import whole_file
from workloads.files.exchange import BucketWriter, read_bucket, read_buckets
from workloads.files.job import Summary
from workloads.files.numbering import Part
from workloads.files.parquet import Writer
from workloads.files.places import Folder
from workloads.files.shapes import part_name
from workloads.files.staged import Account, StagedJob, StageTask
from workloads.text.arrays import check_text
from workloads.text.repeats import Keys, first_of

PARTIALS, HASHES, DISTINCT = "partials", "texts", "distinct"
RESULT = part_name(0, 1)
# The columns of the result behind the key.
FIGURES_OF_KEY = ("rows", "distinct", "bytes", "mean_length", "min_length", "max_length")
# A task that counts distinct texts holds about so many hashes in memory, and a table of them.
TEXTS_PER_BUCKET = 2_000_000


@dataclass(frozen=True)
class DistinctTask(StageTask):
    """Counts the distinct texts of each group in one bucket of the texts.

    Attributes:
        folder: of this stage.
        groups: the folder with the groups of each file.
        texts: the folder with the texts.
        parts: the input files.
        bucket: which one.
        buckets: how many there are.
    """

    folder: Folder
    groups: Folder
    texts: Folder
    parts: tuple[Part, ...]
    bucket: int
    buckets: int

    def work(self, account: Account) -> None:
        """Makes the file; see `StageTask`."""
        with account.reading.running():
            partials = list(read_partials(self.groups, self.parts))
            starts = np.cumsum([0, *map(len, partials)])
            names = [partials_name(part) for part in self.parts]
            found = read_buckets(self.texts, names, self.bucket, self.buckets)
            batches = [_with_start(batch, starts[position]) for position, batch in found]
        with account.working.running():
            keys = pa.concat_tables(partials)[KEY].combine_chunks()
            encoded = keys.dictionary_encode(null_encoding="encode")
            columns = np.concatenate([np.empty((0, 3), np.uint64), *batches])
            # From its number among all files' groups to that of its key.
            columns[:, 2] = encoded.indices.to_numpy()[columns[:, 2].astype(np.int64)]
            distinct = columns[first_of(columns) == np.arange(len(columns)), 2]
            counts = np.bincount(distinct.astype(np.int64), minlength=len(encoded.dictionary))
        with account.writing.running(), whole_file(self.folder, self.name) as sink:
            table = pa.table([encoded.dictionary, counts], names=[KEY, "distinct"])
            writer = BucketWriter(sink, table.schema, 1)
            writer.add(table, np.zeros(len(table), np.int64))
            writer.close()
            account.bytes_out = sink.tell()
        account.rows_in, account.rows_out = len(columns), len(table)


@dataclass(frozen=True)
class CombineTask(StageTask):
    """Writes the result from what the stages before found of each group.

    Attributes:
        target: the folder of the result.
        groups: the folder with the groups of each file.
        distinct: the folder with the distinct texts of each group.
        lists: the files there.
        parts: the input files.
        key: what to call the column of the groups.
        codec: of the result.
    """

    target: Folder
    groups: Folder
    distinct: Folder
    lists: tuple[str, ...]
    parts: tuple[Part, ...]
    key: str
    codec: str

    def work(self, account: Account) -> None:
        """Makes the file; see `StageTask`."""
        with account.reading.running():
            partials = pa.concat_tables(read_partials(self.groups, self.parts))
            distinct = pa.Table.from_batches(
                batch for name in self.lists for batch in read_bucket(self.distinct, name, 0, 1)
            )
        with account.working.running():
            result = _combined(partials, distinct).rename_columns({KEY: self.key})
        with account.writing.running(), whole_file(self.target, self.name) as sink:
            writer = Writer(sink, self.codec)
            writer.add(result, self.name)
            writer.close()
            account.bytes_out = sink.tell()
        account.rows_in, account.rows_out = len(partials), len(result)


def labels(
    source: str | Path,
    destination: str | Path,
    *,
    key: str = "label",
    column: str = "text",
    codec: str = "snappy",
    skip_bad: bool = False,
    progress: bool = True,
) -> Summary:
    """Writes one file with a row for each label: how many texts, how many distinct, how long.

    Columns: the key, `rows`, `distinct` (texts that differ, null not counted), `bytes`, and
    `mean_length`, `min_length` and `max_length` in characters; in the order of the key, null last.
    All are exact, but that texts are told apart by hashes of 128 bits. A run that was killed is
    continued by running it again.

    Args:
        source: a folder or a file, local or `s3://BUCKET/FOLDER`.
        destination: a folder, local or `s3://BUCKET/FOLDER`; new, empty, or of this same run.
        key: the column to group by; null is a group too.
        column: of text.
        codec: of the output: snappy, zstd, lz4, gzip or none.
        skip_bad: leave out files that cannot be read, and list them.
        progress: whether to show it on standard error.

    Raises:
        UsageError: the arguments do not go together.
        InputError: no input, or a bad file and not `skip_bad`; what is written stays.
        OutputError: the destination holds something else, is full or may not be written.
        StorageError: a store refuses or cannot be reached.
    """
    if key in FIGURES_OF_KEY:
        raise UsageError(
            f"'{key}' is a column of the result, and so cannot be that of its keys too: "
            "rename it in the input, and name it with --key"
        )
    job = StagedJob(
        "aggregate.labels",
        source,
        destination,
        options={"key": key, "column": column},
        check=partial(_check, key=key, column=column),
        codec=codec,
        skip_bad=skip_bad,
        progress=progress,
    )
    missing = job.missing([RESULT])
    if not missing:
        return job.finish([], already_there=1)
    buckets = -(-max(job.rows, 1) // TEXTS_PER_BUCKET)
    groups, texts, distinct = (job.stage(name) for name in (PARTIALS, HASHES, DISTINCT))
    job.read_all(
        PARTIALS,
        [
            PartialsTask(
                partials_name(part),
                part.file.size,
                job.origin,
                groups,
                texts,
                part,
                key,
                column,
                buckets,
            )
            for part in job.parts
        ],
    )
    if not job.parts:
        return job.finish([])
    parts = tuple(job.parts)
    weight = job.rows // buckets
    tasks = [
        DistinctTask(f"{bucket}.arrow", weight, distinct, groups, texts, parts, bucket, buckets)
        for bucket in range(buckets)
    ]
    job.run(DISTINCT, tasks)
    lists = tuple(task.name for task in tasks)
    return job.finish(
        [CombineTask(RESULT, len(parts), job.target, groups, distinct, lists, parts, key, codec)]
    )


def _check(schema: pa.Schema, key: str, column: str) -> pa.DataType:
    check_text(schema, column)
    return check_key(schema, key)


def _with_start(batch: pa.RecordBatch, start: int) -> Keys:
    """Both words of each hash and its group, numbered from `start` on."""
    first, second, group = (batch.column(name).to_numpy() for name in TEXTS.names)
    return np.stack([first, second, (group + start).astype(np.uint64)], axis=1)


def _combined(partials: pa.Table, distinct: pa.Table) -> pa.Table:
    added = partials.group_by(KEY, use_threads=False).aggregate(
        [
            ("rows", "sum"),
            ("texts", "sum"),
            ("bytes", "sum"),
            ("characters", "sum"),
            ("least", "min"),
            ("most", "max"),
        ]
    )
    counted = distinct.group_by(KEY, use_threads=False).aggregate([("distinct", "sum")])
    # Both have every key, null among them, and sorted alike they have them in the same order.
    added, counted = added.sort_by(KEY), counted.sort_by(KEY)
    some = pc.greater(added["texts_sum"], 0)
    nothing = pa.scalar(None, pa.int64())
    mean = pc.divide(
        added["characters_sum"].cast(pa.float64()), added["texts_sum"].cast(pa.float64())
    )
    figures = [
        added["rows_sum"],
        counted["distinct_sum"],
        added["bytes_sum"],
        pc.if_else(some, mean, pa.scalar(None, pa.float64())),
        pc.if_else(some, added["least_min"], nothing),
        pc.if_else(some, added["most_max"], nothing),
    ]
    return pa.table([added[KEY], *figures], names=[KEY, *FIGURES_OF_KEY])
