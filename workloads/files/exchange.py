"""Rows that the tasks of one stage leave for those of the next, by buckets.

Each task writes one Arrow file. It holds a batch for each bucket, one behind the other, and where
rows are many, that over and over: so batch k is of bucket k modulo their number. A task of the next
stage reads its own batches out of every file, and no others.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workloads.files.failures import explained
from workloads.files.picking import reordered
from workloads.files.places import Folder

# What is held, and sorted by bucket, at a time.
CHUNK_BYTES = 64 * 2**20
# Files of an object store are waited for, not worked on, so several are read at a time.
FILES_AT_ONCE = 16

Buckets = npt.NDArray[np.signedinteger[Any]]


class BucketWriter:
    """Writes rows to one file by their buckets, within which they stay in order.

    Attributes:
        rows: how many were given to it so far.
    """

    def __init__(
        self, sink: BinaryIO, schema: pa.Schema, number: int, codec: str | None = None
    ) -> None:
        self.rows = 0
        self._number = number
        self._writer = pa.ipc.new_file(
            sink, schema, options=pa.ipc.IpcWriteOptions(compression=codec)
        )
        self._held: list[tuple[pa.Table, Buckets]] = []
        self._held_bytes = 0

    def add(self, table: pa.Table, buckets: Buckets) -> None:
        """Takes rows and the bucket of each."""
        self.rows += table.num_rows
        self._held.append((table, buckets))
        self._held_bytes += table.nbytes
        if self._held_bytes >= CHUNK_BYTES:
            self._flush()

    def close(self) -> None:
        """Writes what is held, and the end of the file."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if not self._held:
            return
        # A column of a batch is in one piece, and so is what it is cut from.
        table = pa.concat_tables([rows for rows, _ in self._held]).combine_chunks()
        buckets = np.concatenate([of_rows for _, of_rows in self._held])
        if self._number > 1:
            table = reordered(table, np.argsort(buckets, kind="stable"))
        counts = np.bincount(buckets, minlength=self._number)
        start = 0
        for count in counts:
            self._writer.write_batch(_batch(table.slice(start, count)))
            start += int(count)
        self._held, self._held_bytes = [], 0


def read_bucket(folder: Folder, name: str, bucket: int, number: int) -> list[pa.RecordBatch]:
    """The rows of a bucket in one file, in the order in which they were written.

    Args:
        folder: with the files of the stage.
        name: of the file.
        bucket: from 0 on.
        number: of buckets that the file was written with.
    """
    with (
        explained(f"{folder.uri}/{name}"),
        folder.filesystem().open_input_file(folder.path(name)) as source,
    ):
        reader = pa.ipc.open_file(source)
        return [
            reader.get_batch(index) for index in range(bucket, reader.num_record_batches, number)
        ]


def read_buckets(
    folder: Folder, names: Sequence[str], bucket: int, number: int
) -> Generator[tuple[int, pa.RecordBatch], None, None]:
    """The rows of a bucket in all files, in order, each batch with the position of its file.

    A few files are read ahead, and no more are held.
    """
    with ThreadPoolExecutor(FILES_AT_ONCE) as threads:
        ahead: deque[Future[list[pa.RecordBatch]]] = deque()
        left = iter(names)
        for position in range(len(names)):
            for name in islice(left, FILES_AT_ONCE - len(ahead)):
                ahead.append(threads.submit(read_bucket, folder, name, bucket, number))
            for batch in ahead.popleft().result():
                yield position, batch


def _batch(table: pa.Table) -> pa.RecordBatch:
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], table.schema)
