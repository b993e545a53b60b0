"""Apply a function to every row of some files: Parquet in, Parquet out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from errors import InputError, RayOnAwsError
from workloads.files.commit import whole_file
from workloads.files.encoded import Encoded, not_meant
from workloads.files.failures import explained
from workloads.files.functions import Function, apply
from workloads.files.job import Summary, run_job
from workloads.files.parquet import Clock, Writer, check_codec, row_count
from workloads.files.places import File, Folder, check_apart, hidden, input_files
from workloads.files.record import claim, writing
from workloads.files.rejects import OTHER_SUFFIX, rejecting, write_others
from workloads.files.rows import ParquetRows, Rows
from workloads.files.shapes import Output, Shape, fingerprint
from workloads.files.staged import clocked
from workloads.files.tasks import Outcome
from workloads.files.tuning import DEFAULT, Tuning, tuned

FILE_TO_FILE = Shape()
PARQUET = ParquetRows()


class _BadPieceError(Exception):
    """A piece of what an output is made from is bad: which, and why."""

    def __init__(self, position: int, why: InputError) -> None:
        super().__init__(position, why)
        self.position = position
        self.why = why


@dataclass(frozen=True)
class TransformTask:
    """Reads the rows of one output, applies the function and writes the file.

    Where it is made from several inputs, those that are bad are left out with `skip_bad`: each as
    a whole, so that the file is begun again without it.
    """

    source: Folder
    destination: Folder
    output: Output
    function: Function
    codec: str
    tuning: Tuning = DEFAULT
    rows: Rows = PARQUET
    skip_bad: bool = False

    @property
    def name(self) -> str:
        """The file to write."""
        return self.output.name

    @property
    def weight(self) -> int:
        """Bytes of input files."""
        return self.output.weight

    def run(self) -> Outcome:
        """Makes the file; see `Task`."""
        pieces = self.rows.pieces(self.output)
        left_out: list[str] = []
        while True:
            try:
                return replace(self._run(pieces), left_out=tuple(left_out))
            except _BadPieceError as bad:
                if not self.skip_bad or len(pieces) == 1:
                    return Outcome(self.name, self.weight, error=bad.why, left_out=tuple(left_out))
                left_out.append(f"{bad.why} ({self._rows_of(pieces.pop(bad.position))})")
            except RayOnAwsError as error:
                return Outcome(self.name, self.weight, error=error)

    def _run(self, pieces: Sequence[Output]) -> Outcome:
        function = self.function.load()
        reading, working, writing = Clock(), Clock(), Clock()
        rows_in = 0
        codec, row_group_bytes = self.codec, self.tuning.row_group_bytes
        with (
            whole_file(self.destination, self.name) as sink,
            rejecting(self.destination, self.name, codec, row_group_bytes) as rejects,
            # Or else it would be told of the rejected rows' file.
            explained(f"{self.destination.uri}/{self.name}"),
        ):
            writer = Writer(sink, codec, row_group_bytes)
            for position, piece in enumerate(pieces):
                try:
                    for origin, table in clocked(reading, self._tables(piece)):
                        rows_in += table.num_rows
                        with working.running():
                            result = apply(function, table, self.function.name, origin)
                        with writing.running():
                            writer.add(rejects.kept_of(result, origin), origin)
                except InputError as error:
                    raise _BadPieceError(position, error) from error
            with writing.running():
                writer.close()
                bytes_out = sink.tell()
        return Outcome(
            self.name,
            self.weight,
            rows_in=rows_in,
            rows_out=writer.rows,
            bytes_out=bytes_out,
            read_seconds=reading.seconds,
            work_seconds=working.seconds,
            write_seconds=writing.seconds,
            rejected=dict(rejects.reasons),
        )

    def _tables(self, piece: Output) -> Iterator[tuple[str, pa.Table]]:
        """Tables of so many rows at the most as it is tuned to."""
        tables = self.rows.tables(self.source, piece, self.tuning.batch_bytes)
        for origin, table in tables:
            step = self.tuning.batch_rows or max(table.num_rows, 1)
            for start in range(0, max(table.num_rows, 1), step):
                yield origin, table.slice(start, step)

    def _rows_of(self, piece: Output) -> str:
        part = piece.slices[0]
        return f"rows {part.start} to {part.stop} of it, which were to go into {self.name}"


def transform(
    source: str | Path,
    destination: str | Path,
    function: str,
    *,
    options: Mapping[str, Any] | None = None,
    shape: Shape = FILE_TO_FILE,
    codec: str = "snappy",
    skip_bad: bool = False,
    encoded: Encoded | None = None,
    tuning: Tuning | None = None,
    progress: bool = True,
) -> Summary:
    """Applies a function to the rows of all Parquet files of a folder, on Ray.

    Each output file is written whole or not at all. A run that was killed is continued by running
    it again: finished files are skipped, unless their input has been written since.

    Args:
        source: a folder or a file, local or `s3://BUCKET/FOLDER`.
        destination: a folder, local or `s3://BUCKET/FOLDER`; new, empty, or of this same run.
        function: `module:function`, from a pyarrow.Table of some rows to a pyarrow.Table, or to a
            `Parted`, whose rejected rows go to a file of the same name in `_rejected`.
        options: passed to the function by keyword; as JSON has them.
        shape: a file for a file, or so many rows in a file, or so many files.
        codec: of the output: snappy, zstd, lz4, gzip or none.
        skip_bad: leave out files, or what of them goes into an output file, that cannot be read or
            transformed, and list them.
        encoded: which files are the rows themselves, where the source holds no Parquet; others go
            to a file in `_rejected`, by their names.
        tuning: how the job is cut up and spread; by default what `tuned` says.
        progress: whether to show it on standard error.

    Raises:
        UsageError: the arguments do not go together, or there is no such function.
        InputError: no input, or a bad file and not `skip_bad`; what is written stays.
        OutputError: the destination holds something else, is full or may not be written.
        StorageError: a store refuses or cannot be reached.
    """
    check_codec(codec)
    work = Function(function, dict(options or {}))
    work.load()
    origin, files = input_files(Folder.of(source), not_meant if encoded else hidden)
    target = Folder.of(destination)
    check_apart(Folder.of(source), target)
    tuning = tuning or tuned(function)
    bad: list[str] = []

    def count(file: File) -> int | None:
        try:
            return row_count(origin, file.name)
        except InputError as error:
            if not skip_bad:
                raise
            bad.append(str(error))
            return None

    others: list[str] = []
    if encoded:
        outputs, others = _packed(encoded, origin, files)
    else:
        outputs = shape.outputs(files, count)
    run = {"function": function, "options": work.options, "source": origin.uri, "codec": codec}
    if encoded or not shape.file_to_file:
        run["rows"] = fingerprint(outputs)
    finished = _finished(target, outputs) if claim(target, run) else set()
    tasks = [
        TransformTask(origin, target, output, work, codec, tuning, encoded or PARQUET, skip_bad)
        for output in outputs
        if output.name not in finished
    ]
    with writing(target):
        if encoded:
            write_others(target, others, codec)
        summary = run_job(
            target,
            tasks,
            label=function,
            already_there=len(finished),
            skipped=bad,
            skip_bad=skip_bad,
            progress=progress,
            cpus=tuning.cpus,
            at_once=tuning.at_once,
        )
    return _with_others(summary, len(others))


def _packed(encoded: Encoded, origin: Folder, files: list[File]) -> tuple[list[Output], list[str]]:
    """The outputs for encoded files, and the names of the other files there.

    Raises:
        InputError: there are none, or one is too large.
    """
    taken, others = encoded.chosen(files)
    if not taken:
        raise InputError(
            f"no file in {origin.uri} ends with {', '.join(encoded.suffixes)}: name another folder"
        )
    return encoded.outputs(taken), [one.name for one in others]


def _with_others(summary: Summary, others: int) -> Summary:
    if not others:
        return summary
    rejected = {**summary.rejected, OTHER_SUFFIX: others}
    return replace(summary, rows_in=summary.rows_in + others, rejected=rejected)


def _finished(folder: Folder, outputs: list[Output]) -> set[str]:
    """The outputs that are there and newer than what they are made from."""
    there = {file.name: file.modified_ns for file in folder.files()}
    return {one.name for one in outputs if there.get(one.name, -1) >= one.modified_ns}
