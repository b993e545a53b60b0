"""The first stage of both kinds: each row by keys, which rows share when they are duplicates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa

from workloads.files.commit import whole_file
from workloads.files.exchange import BucketWriter, read_buckets
from workloads.files.numbering import Part
from workloads.files.parquet import read_rows
from workloads.files.places import Folder
from workloads.files.staged import Account, StagedJob, StageTask, clocked
from workloads.text.clean import clean_array
from workloads.text.hashing import hash_array, hash_buckets
from workloads.text.repeats import Keys, Rows

STAGE = "keys"
# A task of the next stage holds about so many keys in memory, and a table of them.
KEYS_PER_BUCKET = 2_000_000
WORD_BYTES = 8


class Keyer(Protocol):
    """Gives keys to texts."""

    @property
    def keys(self) -> int:
        """How many each text has."""

    @property
    def words(self) -> int:
        """How many words of 64 bits a key has."""

    def of(self, texts: pa.Array) -> Keys:
        """The keys of texts, shape (texts * keys, words): all keys of a text, then the next."""


@dataclass(frozen=True)
class WholeText:
    """Texts that are the same have the same key; null is a text of its own.

    Attributes:
        cleaned: look at the cleaned text rather than the text.
    """

    cleaned: bool = False
    keys: int = 1
    words: int = 2

    def of(self, texts: pa.Array) -> Keys:
        """See `Keyer`."""
        return hash_array(clean_array(texts) if self.cleaned else texts)


@dataclass(frozen=True)
class KeyTask(StageTask):
    """Writes the keys of one input file, each with the number of its row.

    Attributes:
        source: the folder of the input.
        folder: of this stage.
        part: the file.
        column: of text.
        keyer: gives the keys.
        buckets: how many to part the keys into.
        whole: read all columns rather than that one, for what is bad in others to be found.
    """

    source: Folder
    folder: Folder
    part: Part
    column: str
    keyer: Keyer
    buckets: int
    whole: bool

    def work(self, account: Account) -> None:
        """Makes the file; see `StageTask`."""
        columns = None if self.whole else [self.column]
        tables = read_rows(self.source, self.part.file.name, columns=columns)
        row = self.part.start
        with whole_file(self.folder, self.name) as sink:
            writer = BucketWriter(sink, _schema(self.keyer.words), self.buckets)
            for table in clocked(account.reading, tables):
                for texts in table.column(self.column).chunks:
                    with account.working.running():
                        keys = self.keyer.of(texts)
                        rows = np.repeat(np.arange(row, row + len(texts)), self.keyer.keys)
                    row += len(texts)
                    with account.writing.running():
                        writer.add(_table(keys, rows), hash_buckets(keys, self.buckets))
            with account.writing.running():
                writer.close()
                account.bytes_out = sink.tell()
        account.rows_in = row - self.part.start
        account.rows_out = writer.rows


@dataclass(frozen=True)
class KeyStage:
    """The keys that were written, for the tasks of the next stage to read.

    Attributes:
        folder: with the files.
        names: of the files, in the order of the input.
        buckets: how many the keys are parted into.
        words: of a key.
    """

    folder: Folder
    names: tuple[str, ...]
    buckets: int
    words: int

    def read(self, bucket: int) -> tuple[Keys, Rows]:
        """All keys of a bucket with the numbers of their rows, which ascend."""
        keys: list[Keys] = [np.empty((0, self.words), np.uint64)]
        rows: list[Rows] = [np.empty(0, np.int64)]
        for _, batch in read_buckets(self.folder, self.names, bucket, self.buckets):
            column = batch.column("key")
            words = np.frombuffer(column.buffers()[1], np.uint64)
            first = column.offset * self.words
            keys.append(words[first : first + len(column) * self.words].reshape(-1, self.words))
            rows.append(batch.column("row").to_numpy())
        return np.concatenate(keys), np.concatenate(rows)


def write_keys(job: StagedJob, column: str, keyer: Keyer) -> KeyStage:
    """The stage itself.

    Raises:
        RayOnAwsError: a file is bad and is not to be left out, or nothing can be written.
    """
    folder = job.stage(STAGE)
    buckets = -(-max(job.rows, 1) * keyer.keys // KEYS_PER_BUCKET)
    job.read_all(
        STAGE,
        [
            KeyTask(
                _name(part),
                part.file.size,
                job.origin,
                folder,
                part,
                column,
                keyer,
                buckets,
                whole=job.skip_bad,
            )
            for part in job.parts
        ],
    )
    return KeyStage(folder, tuple(map(_name, job.parts)), buckets, keyer.words)


def _name(part: Part) -> str:
    return f"{part.file.name}.arrow"


def _schema(words: int) -> pa.Schema:
    return pa.schema([("key", pa.binary(words * WORD_BYTES)), ("row", pa.int64())])


def _table(keys: Keys, rows: Sequence[int] | Rows) -> pa.Table:
    schema = _schema(keys.shape[1])
    column = pa.Array.from_buffers(schema.field("key").type, len(keys), [None, pa.py_buffer(keys)])
    return pa.table([column, rows], schema=schema)
