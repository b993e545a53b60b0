"""A folder of encoded files, such as images: packed into tables, a row a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pyarrow as pa

from errors import InputError, UsageError
from workloads.files.commit import TEMPORARY
from workloads.files.failures import explained
from workloads.files.places import File, Folder, hidden, input_files
from workloads.files.record import LEFT_OUT, RECORD, STAGES
from workloads.files.rejects import REJECTED
from workloads.files.shapes import Output, Shape, Slice, part_name

# What of them an output file holds: enough that its own cost is little, few enough to share out.
BYTES_PER_FILE = 64_000_000
# Arrow counts the bytes of a column of this type with 31 bits.
MOST_BYTES = 2**31 - 1
SCHEMA = pa.schema([("path", pa.string()), ("bytes", pa.binary())])


# What outputs of ours hold beside data.
OURS = {RECORD, LEFT_OUT, STAGES, REJECTED, TEMPORARY}
PARQUET_SUFFIX = ".parquet"


def not_meant(name: str) -> bool:
    """Whether a file is none of the encoded ones: a part of its name begins with a dot or is ours.

    Not as with Parquet: cameras name pictures `_MG_0001.JPG` and `_DSC0002.JPG`.
    """
    return any(part.startswith(".") or part in OURS for part in name.split("/"))


@dataclass(frozen=True)
class Encoded:
    """Files that are no tables, read as tables with a row for each.

    The function is given the columns `path`, within the source, and `bytes`. Files go into output
    files in the order of their names.

    Attributes:
        suffixes: of the files that count, in lower case, with the dot.
        bytes_per_file: about how many bytes of them an output file is made from.
    """

    suffixes: tuple[str, ...]
    bytes_per_file: int = BYTES_PER_FILE

    def __post_init__(self) -> None:
        if self.bytes_per_file < 1:
            raise UsageError(f"the bytes per file are to be 1 or more, not {self.bytes_per_file}")

    def chosen(self, files: Sequence[File]) -> tuple[list[File], list[File]]:
        """The files that count, and the others."""
        suffixes = {file: PurePosixPath(file.name).suffix.lower() for file in files}
        taken = [file for file in files if suffixes[file] in self.suffixes]
        return taken, [file for file in files if suffixes[file] not in self.suffixes]

    def outputs(self, files: Sequence[File]) -> list[Output]:
        """The files to write, each for the next files that come to `bytes_per_file` or just over.

        Raises:
            InputError: a file is too large for a row.
        """
        packs: list[list[File]] = []
        room = 0
        for file in files:
            if file.size > MOST_BYTES:
                raise InputError(f"{file.name} has {file.size / 1e9:.1f} GB: 2.1 are the most")
            if room <= 0:
                packs.append([])
                room = self.bytes_per_file
            packs[-1].append(file)
            room -= file.size
        return [
            Output(
                part_name(index, len(packs)),
                tuple(Slice(file.name) for file in pack),
                sum(file.size for file in pack),
                max(file.modified_ns for file in pack),
            )
            for index, pack in enumerate(packs)
        ]

    def pieces(self, output: Output) -> list[Output]:
        """See `Rows`: all of it, as the function rejects what is bad."""
        return [output]

    def tables(
        self, source: Folder, output: Output, batch_bytes: int
    ) -> Iterator[tuple[str, pa.Table]]:
        """What an output is made from, in tables of about so many bytes, each with its origin.

        Raises:
            InputError: a file is gone.
            StorageError: a store refuses or cannot be reached.
        """
        paths: list[str] = []
        contents: list[bytes] = []
        held = 0
        for part in output.slices:
            content = source.read(part.file)
            if content is None:
                raise InputError(f"{source.uri}/{part.file} does not exist any more")
            if held + len(content) > MOST_BYTES:
                yield _table(source, paths, contents)
                paths, contents, held = [], [], 0
            paths.append(part.file)
            contents.append(content)
            held += len(content)
            if held >= batch_bytes:
                yield _table(source, paths, contents)
                paths, contents, held = [], [], 0
        if paths:
            yield _table(source, paths, contents)


def encoded_in(
    source: str | Path,
    suffixes: tuple[str, ...],
    what: str,
    shape: Shape,
    bytes_per_file: int | None = None,
) -> Encoded | None:
    """How a source is read if it holds encoded files; None where it holds Parquet.

    Args:
        source: a folder or a file, local or `s3://BUCKET/FOLDER`.
        suffixes: of the files that count.
        what: they are called.
        shape: that the output is asked to have, which is for Parquet alone.
        bytes_per_file: about how many bytes of them an output file is made from; None for the
            usual, and in any case where the source is Parquet.

    Raises:
        UsageError: the arguments do not go together, or it holds both.
        InputError: there is no such source.
        StorageError: a store refuses or cannot be reached.
    """
    _, files = input_files(Folder.of(source), not_meant)
    encoded = Encoded(suffixes, BYTES_PER_FILE if bytes_per_file is None else bytes_per_file)
    taken, others = encoded.chosen(files)
    tables = [one for one in others if _is_parquet(one.name)]
    if tables:
        # A picture in a folder that readers of Parquet pass over is none of the data.
        taken = [one for one in taken if not hidden(one.name)]
    if taken and tables:
        raise UsageError(
            f"{source} holds {what}, such as {taken[0].name}, and Parquet, such as "
            f"{tables[0].name}: name a folder or a file with one of them"
        )
    if not taken:
        if bytes_per_file is not None:
            raise UsageError(f"{source} holds no {what}: --bytes-per-file is for these")
        return None
    if shape != Shape():
        raise UsageError(
            f"{source} holds {what}, whose rows are not counted beforehand: "
            "say how much goes into an output file with --bytes-per-file"
        )
    return encoded


def _is_parquet(name: str) -> bool:
    return name.lower().endswith(PARQUET_SUFFIX) and not hidden(name)


def _table(source: Folder, paths: list[str], contents: list[bytes]) -> tuple[str, pa.Table]:
    last = f" to {paths[-1]}" if len(paths) > 1 else ""
    with explained(source.uri):
        return f"{source.uri}/{paths[0]}{last}", pa.table([paths, contents], schema=SCHEMA)
