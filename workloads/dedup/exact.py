"""Exact deduplication: of rows with the same text, the first one stays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from workloads.dedup.drop import drop, write_drops
from workloads.dedup.keys import KeyStage, WholeText, write_keys
from workloads.files.commit import whole_file
from workloads.files.job import Summary
from workloads.files.numbering import Part
from workloads.files.places import Folder
from workloads.files.staged import Account, StagedJob, StageTask
from workloads.text.arrays import check_text
from workloads.text.repeats import first_of

STAGE = "repeats"


@dataclass(frozen=True)
class RepeatsTask(StageTask):
    """Finds the rows whose key an earlier row has, in one bucket of the keys.

    Attributes:
        folder: of this stage.
        parts: the input files.
        keys: what the stage before wrote.
        bucket: which one.
    """

    folder: Folder
    parts: tuple[Part, ...]
    keys: KeyStage
    bucket: int

    def work(self, account: Account) -> None:
        """Makes the file; see `StageTask`."""
        with account.reading.running():
            keys, rows = self.keys.read(self.bucket)
        with account.working.running():
            repeats = rows[first_of(keys) != np.arange(len(keys))]
        with account.writing.running(), whole_file(self.folder, self.name) as sink:
            write_drops(sink, repeats, self.parts)
            account.bytes_out = sink.tell()
        account.rows_in, account.rows_out = len(rows), len(repeats)


def exact(
    source: str | Path,
    destination: str | Path,
    *,
    column: str = "text",
    cleaned: bool = False,
    codec: str = "snappy",
    skip_bad: bool = False,
    progress: bool = True,
) -> Summary:
    """Writes each file of a folder without the rows whose text an earlier row has, on Ray.

    Rows are in the order of the files' names, and within a file in its own. A null is a text of
    its own, so of all nulls the first one stays. Texts are told apart by hashes of 128 bits.
    A run that was killed is continued by running it again.

    Args:
        source: a folder or a file, local or `s3://BUCKET/FOLDER`.
        destination: a folder, local or `s3://BUCKET/FOLDER`; new, empty, or of this same run.
        column: of text.
        cleaned: rows are duplicates when their cleaned texts are the same; see `workloads.text`.
        codec: of the output: snappy, zstd, lz4, gzip or none.
        skip_bad: leave out files that cannot be read, and list them.
        progress: whether to show it on standard error.

    Raises:
        UsageError: the arguments do not go together.
        InputError: no input, or a bad file and not `skip_bad`; what is written stays.
        OutputError: the destination holds something else, is full or may not be written.
        StorageError: a store refuses or cannot be reached.
    """
    job = StagedJob(
        "dedup.exact",
        source,
        destination,
        options={"column": column, "cleaned": cleaned},
        check=partial(check_text, column=column),
        codec=codec,
        skip_bad=skip_bad,
        progress=progress,
    )
    names: list[str] = []
    if job.missing([part.file.name for part in job.parts]):
        keys = write_keys(job, column, WholeText(cleaned))
        tasks = [
            RepeatsTask(
                f"{bucket}.arrow",
                job.rows // keys.buckets,
                job.stage(STAGE),
                tuple(job.parts),
                keys,
                bucket,
            )
            for bucket in range(keys.buckets)
        ]
        names = [task.name for task in tasks]
        job.run(STAGE, tasks)
    missing = job.missing([part.file.name for part in job.parts])
    return drop(job, missing, STAGE, names)
