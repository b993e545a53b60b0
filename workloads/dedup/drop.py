"""The last stages of both kinds: which rows are duplicates, and each input file without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workloads.files.commit import whole_file
from workloads.files.exchange import BucketWriter, read_buckets
from workloads.files.job import Summary
from workloads.files.numbering import Part
from workloads.files.parquet import Writer, read_rows
from workloads.files.picking import picked
from workloads.files.places import Folder
from workloads.files.staged import Account, StagedJob, StageTask, clocked
from workloads.text.repeats import Rows

SCHEMA = pa.schema([("row", pa.int64())])


@dataclass(frozen=True)
class DropTask(StageTask):
    """Writes one file of the result: those rows of an input file that are no duplicates.

    Attributes:
        source: the folder of the input.
        target: the folder of the result.
        part: the file.
        position: of the file among the parts.
        parts: how many there are.
        drops: the folder with the rows to drop.
        lists: the files there.
        codec: of the result.
    """

    source: Folder
    target: Folder
    part: Part
    position: int
    parts: int
    drops: Folder
    lists: tuple[str, ...]
    codec: str

    def work(self, account: Account) -> None:
        """Makes the file; see `StageTask`."""
        with account.reading.running():
            kept = self._kept()
        with whole_file(self.target, self.name) as sink:
            writer = Writer(sink, self.codec)
            for table in clocked(account.reading, read_rows(self.source, self.name)):
                with account.working.running():
                    here = kept[account.rows_in : account.rows_in + len(table)]
                    rows = picked(table, here)
                account.rows_in += len(table)
                with account.writing.running():
                    writer.add(rows, f"{self.source.uri}/{self.name}")
            with account.writing.running():
                writer.close()
                account.bytes_out = sink.tell()
        account.rows_out = writer.rows

    def _kept(self) -> npt.NDArray[np.bool_]:
        """Which rows of the file are no duplicates."""
        kept = np.ones(self.part.rows, bool)
        for _, batch in read_buckets(self.drops, self.lists, self.position, self.parts):
            kept[batch.column("row").to_numpy() - self.part.start] = False
        return kept


def write_drops(sink: BinaryIO, rows: Rows, parts: Sequence[Part]) -> None:
    """Writes the numbers of rows that are duplicates, with a bucket for each part."""
    # A part without rows begins where the next one does, and that one is found.
    starts = np.array([part.start for part in parts], np.int64)
    writer = BucketWriter(sink, SCHEMA, len(parts))
    writer.add(
        pa.table([rows], schema=SCHEMA),
        np.searchsorted(starts, rows, side="right").astype(np.int64) - 1,
    )
    writer.close()


def drop(job: StagedJob, missing: Sequence[str], drops: str, lists: Sequence[str]) -> Summary:
    """The last stage: writes those files of the result that are missing.

    Raises:
        RayOnAwsError: nothing can be written.
    """
    return job.finish(
        [
            DropTask(
                part.file.name,
                part.file.size,
                job.origin,
                job.target,
                part,
                position,
                len(job.parts),
                job.stage(drops),
                tuple(lists),
                job.codec,
            )
            for position, part in enumerate(job.parts)
            if part.file.name in missing
        ],
        already_there=len(job.parts) - len(missing),
    )
