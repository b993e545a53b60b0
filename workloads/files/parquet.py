"""Parquet in and out, a batch of rows at a time, so that memory does not grow with the file."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from errors import FunctionError, InputError, UsageError
from workloads.files.failures import explained
from workloads.files.places import Folder
from workloads.files.types import fits, is_bytes, is_text, wide_schema

CODECS = ("snappy", "zstd", "lz4", "gzip", "none")
# About what fits a core's own cache together with what is made from it.
BATCH_BYTES = 2 * 2**20
# The footer tells how large rows are as encoded. What repeats is larger than that once decoded, so
# that the first batch is a small one, and those behind it go by what came before.
FIRST_BATCH_ROWS = 64
ROW_GROUP_BYTES = 64 * 2**20
# A column chunk larger than this is read in pieces rather than at once.
WHOLE_CHUNK_BYTES = 64 * 2**20
PIECE_BYTES = 4 * 2**20
# An object up to this size is fetched ahead in few large requests.
PREFETCH_BYTES = 256 * 2**20
# Texts of this mean length hardly repeat: looking for repeats and extremes in them is wasted.
LONG_TEXT_BYTES = 64
# What Parquet calls the values of a column of lists, and the encoding for those of tensors. Its
# integers have 32 bits at the least, so three of four bytes of a uint8 are zeros: this puts them
# beside one another, for the codec to make nothing of, as it does with the exponents of floats.
TENSOR_VALUES = "{}.list.element"
BYTES_APART = "BYTE_STREAM_SPLIT"


@dataclass
class Clock:
    """Adds up how long something took, over many times.

    Attributes:
        seconds: the sum so far.
    """

    seconds: float = field(default=0.0)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Counts the time spent within it."""
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - begin


def check_codec(codec: str) -> None:
    """Raises UsageError for a codec that files cannot be written with here."""
    if codec not in CODECS:
        raise UsageError(f"'{codec}' is not a codec: choose one of {', '.join(CODECS)}")


def row_count(folder: Folder, name: str) -> int:
    """The number of rows of a file, from its footer.

    Raises:
        InputError: it is not Parquet, or not whole.
    """
    with explained(f"{folder.uri}/{name}"):
        path, filesystem = folder.path(name), folder.filesystem()
        rows: int = pq.read_metadata(path, filesystem=filesystem).num_rows
        return rows


def read_rows(
    folder: Folder,
    name: str,
    start: int = 0,
    stop: int | None = None,
    batch_bytes: int = BATCH_BYTES,
    columns: Sequence[str] | None = None,
) -> Iterator[pa.Table]:
    """The rows from `start` up to `stop` of a file, in tables of about `batch_bytes` each.

    At least one table, which is empty where the file is. All columns, unless some are named.

    Raises:
        InputError: it is not Parquet, is not whole, or has no such rows.
    """
    with explained(f"{folder.uri}/{name}"), _opened(folder, name) as file:
        groups, skip = _row_groups(file.metadata, start, stop)
        wanted = (file.metadata.num_rows if stop is None else stop) - start
        encoded = plain_bytes(file.metadata)
        rows = _rows_per_batch(encoded, file.metadata.num_rows, batch_bytes)
        rows = min(rows, FIRST_BATCH_ROWS)
        any_yielded = False
        batches = file.iter_batches(rows, row_groups=groups, columns=columns, use_threads=False)
        for batch in batches:
            decoded = sum(_decoded_bytes(column) for column in batch.columns)
            rows = _rows_per_batch(decoded, batch.num_rows, batch_bytes)
            file.reader.set_batch_size(rows)
            kept = batch.slice(skip, wanted)
            skip = max(skip - batch.num_rows, 0)
            wanted -= kept.num_rows
            if kept.num_rows:
                any_yielded = True
                yield pa.Table.from_batches([kept])
        if not any_yielded:
            empty = file.schema_arrow.empty_table()
            yield empty if columns is None else empty.select(columns)


@contextmanager
def _opened(folder: Folder, name: str) -> Iterator[pq.ParquetFile]:
    filesystem = folder.filesystem()
    with filesystem.open_input_file(folder.path(name)) as source:
        metadata = pq.read_metadata(source)
        size = source.size()
        pieces = 0 if _largest_chunk(metadata) <= WHOLE_CHUNK_BYTES else PIECE_BYTES
        prefetch = folder.in_s3 and size <= PREFETCH_BYTES
        with pq.ParquetFile(
            source, metadata=metadata, buffer_size=pieces, pre_buffer=prefetch
        ) as file:
            yield file


def _largest_chunk(metadata: pq.FileMetaData) -> int:
    return max(
        (
            metadata.row_group(group).column(column).total_compressed_size
            for group in range(metadata.num_row_groups)
            for column in range(metadata.num_columns)
        ),
        default=0,
    )


def _row_groups(metadata: pq.FileMetaData, start: int, stop: int | None) -> tuple[list[int], int]:
    """The row groups that hold the rows, and how many rows of the first to skip."""
    groups: list[int] = []
    first_row, skip = 0, 0
    for group in range(metadata.num_row_groups):
        after = first_row + metadata.row_group(group).num_rows
        if after > start and (stop is None or first_row < stop):
            if not groups:
                skip = start - first_row
            groups.append(group)
        first_row = after
    return groups, skip


def plain_bytes(metadata: pq.FileMetaData) -> int:
    """The size of a file's data as encoded, before compression."""
    return sum(
        metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups)
    )


def _decoded_bytes(column: pa.Array) -> int:
    """The size of a column, were each value of a dictionary written out where it occurs."""
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    values = column.dictionary
    return int(len(column) * values.nbytes // max(len(values), 1))


def _rows_per_batch(size: int, rows: int, batch_bytes: int) -> int:
    """How many rows make a batch, where so many rows are of this size."""
    return max(int(batch_bytes / max(size / max(rows, 1), 1)), 1)


class Writer:
    """Writes tables to one Parquet file, in row groups of about `row_group_bytes`.

    Attributes:
        rows: how many were given to it so far.
    """

    def __init__(self, sink: BinaryIO, codec: str, row_group_bytes: int = ROW_GROUP_BYTES) -> None:
        self.rows = 0
        self._sink = sink
        self._codec = codec
        self._row_group_bytes = row_group_bytes
        self._held: list[pa.Table] = []
        self._held_bytes = 0
        self._writer: pq.ParquetWriter | None = None

    def add(self, table: pa.Table, origin: str) -> None:
        """Takes rows made from the file `origin`; written when a row group is full, or at the end.

        Raises:
            InputError: its columns are not those of the tables before, or two have one name.
            FunctionError: it has a column of a type that Parquet cannot hold.
        """
        if self._writer is None:
            self._writer = self._open(table, origin)
        if table.schema != self._writer.schema:
            table = _fitted(table, self._writer.schema, origin)
        self.rows += table.num_rows
        # One without rows may be cut from a large one, which it would keep in memory.
        if table.num_rows or not self._held:
            self._held.append(table)
        self._held_bytes += table.nbytes
        if self._held_bytes >= self._row_group_bytes:
            self._flush()

    def close(self) -> None:
        """Writes what is held and the footer."""
        if self._writer is not None:
            self._flush()
            self._writer.close()

    def _flush(self) -> None:
        if self._writer is not None and self._held:
            table = pa.concat_tables(self._held)
            if table.num_rows or not self.rows:
                self._writer.write_table(table, row_group_size=max(table.num_rows, 1))
            self._held, self._held_bytes = [], 0

    def _open(self, first: pa.Table, origin: str) -> pq.ParquetWriter:
        for name in first.column_names:
            if first.column_names.count(name) > 1:
                raise InputError(
                    f"what was made of {origin} has several columns '{name}': rename all of them "
                    "but one"
                )
        tensors = [column.name for column in first.schema if _is_tensor(column.type)]
        short = [
            name
            for name in first.column_names
            if name not in tensors and not _hardly_repeats(first.column(name))
        ]
        # Nested columns go by other names in a list, so "all" is said as True.
        columns = short if len(short) < first.num_columns else True
        encodings = {TENSOR_VALUES.format(name): BYTES_APART for name in tensors}
        try:
            return _FileWriter(
                self._sink,
                wide_schema(first.schema),
                compression=self._codec,
                use_dictionary=columns,
                write_statistics=columns,
                column_encoding=encodings or None,
            )
        except pa.ArrowNotImplementedError as error:
            raise FunctionError(
                f"what was made of {origin} cannot be written as Parquet: {error}; "
                "give back columns of other types"
            ) from error


class _FileWriter(pq.ParquetWriter):  # type: ignore[misc]
    """Pyarrow's writer, but for a footer that it writes when it is dropped rather than closed."""

    def __del__(self) -> None:
        """Leaves the file as it is, which by then is closed and not wanted."""


def _fitted(table: pa.Table, schema: pa.Schema, origin: str) -> pa.Table:
    told = (
        f"what was made of {origin} does not fit the file it goes into: its columns are "
        f"{_described(table.schema)}, those before it {_described(schema)}; make them alike"
    )
    # In another order is well; a column too many is not, and would be lost.
    if sorted(table.column_names) != sorted(schema.names):
        raise InputError(told)
    ordered = table.select(schema.names)
    if not all(map(fits, ordered.schema.types, schema.types)):
        raise InputError(told)
    try:
        return ordered.cast(schema)
    except (ValueError, pa.ArrowNotImplementedError) as error:
        raise InputError(f"{told} ({error})") from error


def _described(schema: pa.Schema) -> str:
    return ", ".join(f"{column.name} {column.type}" for column in schema)


def _is_tensor(kind: pa.DataType) -> bool:
    if not isinstance(kind, pa.FixedShapeTensorType):
        return False
    return bool(pa.types.is_integer(kind.value_type) or pa.types.is_floating(kind.value_type))


def _is_list(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


def _hardly_repeats(column: pa.ChunkedArray) -> bool:
    """Whether it holds lists of measured numbers, or texts so long that few are alike."""
    kind = column.type
    if _is_list(kind):
        while _is_list(kind):
            kind = kind.value_type
        return bool(pa.types.is_floating(kind))
    if not (is_text(kind) or is_bytes(kind)):
        return False
    return bool(column.nbytes > LONG_TEXT_BYTES * max(len(column), 1))
