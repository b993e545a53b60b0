"""The first stage of a grouped aggregation: what each file has of each group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workloads.aggregate.keys import distinct_keys
from workloads.files.commit import whole_file
from workloads.files.exchange import BucketWriter, read_bucket
from workloads.files.numbering import Part
from workloads.files.parquet import read_rows
from workloads.files.places import Folder
from workloads.files.staged import Account, StageTask, clocked
from workloads.text.arrays import text_type, values_of
from workloads.text.hashing import Hashes, hash_array, hash_buckets
from workloads.text.lengths import lengths_of

# A text by its hash, and the number of its group among those of its file.
TEXTS = pa.schema([("first", pa.uint64()), ("second", pa.uint64()), ("group", pa.int64())])
# Of each group: rows, texts that are not null, and of these bytes, characters, least and most.
FIGURES = ("rows", "texts", "bytes", "characters", "least", "most")
KEY = "key"
NO_LEAST, NO_MOST = np.iinfo(np.int64).max, -1

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class PartialsTask(StageTask):
    """Writes the groups of one input file, and its texts by hash, each with its group.

    Attributes:
        source: the folder of the input.
        folder: of this stage, for the groups.
        texts: the folder for the texts.
        part: the file.
        key: the column to group by.
        column: of text.
        buckets: how many to part the texts into.
    """

    source: Folder
    folder: Folder
    texts: Folder
    part: Part
    key: str
    column: str
    buckets: int

    def work(self, account: Account) -> None:
        """Makes the files; the one of the groups last, as it says that both are there."""
        groups: list[pa.Table] = []
        base = 0
        columns = [self.key, self.column]
        tables = read_rows(self.source, self.part.file.name, columns=columns)
        with whole_file(self.texts, self.name) as sink:
            writer = BucketWriter(sink, TEXTS, self.buckets)
            for table in clocked(account.reading, tables):
                account.rows_in += len(table)
                with account.working.running():
                    keys = distinct_keys(table.column(self.key).combine_chunks())
                    texts = table.column(self.column).combine_chunks()
                    hashes = hash_array(texts)
                    valid = texts.is_valid().to_numpy(zero_copy_only=False)
                    # Groups of a batch are numbered behind those of the batches before.
                    rows = _texts(hashes, keys.indices.to_numpy() + base, valid)
                    groups.append(_groups(keys, texts, valid))
                    base += len(keys.dictionary)
                with account.writing.running():
                    writer.add(rows, hash_buckets(hashes[valid], self.buckets))
            with account.writing.running():
                writer.close()
                account.bytes_out = sink.tell()
        with account.writing.running(), whole_file(self.folder, self.name) as sink:
            whole = pa.concat_tables(groups)
            partials = BucketWriter(sink, whole.schema, 1)
            partials.add(whole, np.zeros(len(whole), np.int64))
            partials.close()
        account.rows_out = writer.rows


def partials_name(part: Part) -> str:
    """The file of an input file in both folders of the stage."""
    return f"{part.file.name}.arrow"


def read_partials(folder: Folder, parts: Sequence[Part]) -> Iterator[pa.Table]:
    """The groups of each input file; of one table, the rows are as the numbers of texts say."""
    for part in parts:
        yield pa.Table.from_batches(read_bucket(folder, partials_name(part), 0, 1))


def _texts(hashes: Hashes, groups: Numbers, valid: npt.NDArray[np.bool_]) -> pa.Table:
    kept = hashes[valid]
    return pa.table(
        [kept[:, 0].copy(), kept[:, 1].copy(), groups[valid].astype(np.int64)], schema=TEXTS
    )


def _groups(keys: pa.DictionaryArray, texts: pa.Array, valid: npt.NDArray[np.bool_]) -> pa.Table:
    """The figures of each key of a batch, in the order of its dictionary."""
    number = len(keys.dictionary)
    indices = keys.indices.to_numpy()
    plain = texts.cast(text_type(texts.type, "array"))
    _, offsets = values_of(plain)
    groups, sizes, lengths = (
        column[valid] for column in (indices, np.diff(offsets), lengths_of(plain))
    )
    least, most = np.full(number, NO_LEAST), np.full(number, NO_MOST)
    np.minimum.at(least, groups, lengths)
    np.maximum.at(most, groups, lengths)
    figures = [
        np.bincount(indices, minlength=number),
        np.bincount(groups, minlength=number),
        _sums(groups, sizes, number),
        _sums(groups, lengths, number),
        least,
        most,
    ]
    return pa.table([keys.dictionary, *figures], names=[KEY, *FIGURES])


def _sums(groups: npt.NDArray[Any], values: npt.NDArray[Any], number: int) -> Numbers:
    # A batch has far less than the 2^53 up to which these are exact.
    return np.bincount(groups, weights=values, minlength=number).astype(np.int64)
