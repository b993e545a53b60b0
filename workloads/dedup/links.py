"""The middle stages of near deduplication: which rows share a key, and so belong together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from workloads.dedup.drop import write_drops
from workloads.dedup.groups import alone, followers, join
from workloads.dedup.keys import KeyStage
from workloads.files.commit import whole_file
from workloads.files.exchange import BucketWriter, read_buckets
from workloads.files.numbering import Part
from workloads.files.places import Folder
from workloads.files.staged import Account, StageTask
from workloads.text.repeats import first_of

SCHEMA = pa.schema([("row", pa.int64()), ("first", pa.int64())])


@dataclass(frozen=True)
class LinkTask(StageTask):
    """Writes, for one bucket of the keys, each row whose key an earlier row has, and the first one.

    Attributes:
        folder: of this stage.
        keys: what the stage before wrote.
        bucket: which one.
    """

    folder: Folder
    keys: KeyStage
    bucket: int

    def work(self, account: Account) -> None:
        """Makes the file; see `StageTask`."""
        with account.reading.running():
            keys, rows = self.keys.read(self.bucket)
        with account.working.running():
            first = first_of(keys)
            later = np.flatnonzero(first != np.arange(len(keys)))
            # Rows that share several keys are linked once.
            pairs = np.unique(np.stack([rows[later], rows[first[later]]], axis=1), axis=0)
        with account.writing.running(), whole_file(self.folder, self.name) as sink:
            writer = BucketWriter(sink, SCHEMA, 1)
            links = pa.table([pairs[:, 0].copy(), pairs[:, 1].copy()], schema=SCHEMA)
            writer.add(links, np.zeros(len(links), np.int64))
            writer.close()
            account.bytes_out = sink.tell()
        account.rows_in, account.rows_out = len(rows), len(pairs)


@dataclass(frozen=True)
class ComponentsTask(StageTask):
    """Writes the rows that are not the first one of their component, from the links of all buckets.

    It holds a number of 4 bytes for each row of the input, or of 8 where these are 2^31 or more.

    Attributes:
        folder: of this stage.
        links: the folder with the links.
        lists: the files there.
        parts: the input files.
        rows: how many numbers rows have.
    """

    folder: Folder
    links: Folder
    lists: tuple[str, ...]
    parts: tuple[Part, ...]
    rows: int

    def work(self, account: Account) -> None:
        """Makes the file; see `StageTask`."""
        parents = alone(self.rows)
        batches = read_buckets(self.links, self.lists, 0, 1)
        for _, batch in batches:
            with account.working.running():
                join(parents, *(batch.column(name).to_numpy() for name in SCHEMA.names))
            account.rows_in += len(batch)
        with account.working.running():
            repeats = followers(parents)
        with account.writing.running(), whole_file(self.folder, self.name) as sink:
            write_drops(sink, repeats, self.parts)
            account.bytes_out = sink.tell()
        account.rows_out = len(repeats)
