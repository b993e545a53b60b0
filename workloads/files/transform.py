"""Apply a function to every row of some files: Parquet in, Parquet out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from errors import InputError, RayOnAwsError, UsageError
from workloads.files.commit import whole_file
from workloads.files.functions import Function, apply
from workloads.files.job import Summary, run_job
from workloads.files.parquet import BATCH_BYTES, Clock, Writer, check_codec, read_rows, row_count
from workloads.files.places import File, Folder, input_files
from workloads.files.record import claim
from workloads.files.shapes import Output, Shape, fingerprint
from workloads.files.tasks import Outcome

FILE_TO_FILE = Shape()


@dataclass(frozen=True)
class TransformTask:
    """Reads the rows of one output, applies the function and writes the file."""

    source: Folder
    destination: Folder
    output: Output
    function: Function
    codec: str
    batch_bytes: int

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
        try:
            return self._run()
        except RayOnAwsError as error:
            return Outcome(self.name, self.weight, error=error)

    def _run(self) -> Outcome:
        function = self.function.load()
        reading, working, writing = Clock(), Clock(), Clock()
        rows_in = 0
        with whole_file(self.destination, self.name) as sink:
            writer = Writer(sink, self.codec)
            for part in self.output.slices:
                origin = f"{self.source.uri}/{part.file}"
                tables = read_rows(self.source, part.file, part.start, part.stop, self.batch_bytes)
                while True:
                    with reading.running():
                        table = next(tables, None)
                    if table is None:
                        break
                    rows_in += table.num_rows
                    with working.running():
                        result = apply(function, table, self.function.name, origin)
                    with writing.running():
                        writer.add(result, origin)
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
        )


def transform(
    source: str | Path,
    destination: str | Path,
    function: str,
    *,
    options: Mapping[str, Any] | None = None,
    shape: Shape = FILE_TO_FILE,
    codec: str = "snappy",
    skip_bad: bool = False,
    batch_bytes: int = BATCH_BYTES,
    progress: bool = True,
) -> Summary:
    """Applies a function to the rows of all Parquet files of a folder, on Ray.

    Each output file is written whole or not at all. A run that was killed is continued by running
    it again: finished files are skipped, unless their input has been written since.

    Args:
        source: a folder or a file, local or `s3://BUCKET/FOLDER`.
        destination: a folder, local or `s3://BUCKET/FOLDER`; new, empty, or of this same run.
        function: `module:function`, from a pyarrow.Table of some rows to a pyarrow.Table.
        options: passed to the function by keyword; as JSON has them.
        shape: a file for a file, or so many rows in a file, or so many files.
        codec: of the output: snappy, zstd, lz4, gzip or none.
        skip_bad: leave out files that cannot be read or transformed, and list them.
        batch_bytes: about how much the function is given at a time.
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
    origin, files = input_files(Folder.of(source))
    target = Folder.of(destination)
    if origin.contains(target) or target.contains(origin):
        raise UsageError(
            f"input {origin.uri} and output {target.uri} lie within one another: "
            "choose an output folder beside the input"
        )
    bad: list[str] = []

    def count(file: File) -> int | None:
        try:
            return row_count(origin, file.name)
        except InputError as error:
            if not skip_bad:
                raise
            bad.append(str(error))
            return None

    outputs = shape.outputs(files, count)
    run = {"function": function, "options": work.options, "source": origin.uri, "codec": codec}
    if not shape.file_to_file:
        run["rows"] = fingerprint(outputs)
    finished = _finished(target, outputs) if claim(target, run) else set()
    tasks = [
        TransformTask(origin, target, output, work, codec, batch_bytes)
        for output in outputs
        if output.name not in finished
    ]
    return run_job(
        target,
        tasks,
        label=function,
        already_there=len(finished),
        skipped=bad,
        skip_bad=skip_bad,
        progress=progress,
    )


def _finished(folder: Folder, outputs: list[Output]) -> set[str]:
    """The outputs that are there and newer than what they are made from."""
    there = {file.name: file.modified_ns for file in folder.files()}
    return {one.name for one in outputs if there.get(one.name, -1) >= one.modified_ns}
