"""The rows of all input files numbered through, in the order of the files."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256

import pyarrow as pa
import pyarrow.parquet as pq

from errors import InputError
from workloads.files.failures import explained
from workloads.files.places import File, Folder

FOOTERS_AT_ONCE = 16


# Looks at the columns of a file; gives the type that is to be the same in all files, if any is.
Check = Callable[[pa.Schema], pa.DataType | None]


@dataclass(frozen=True)
class Part:
    """An input file and the numbers of its rows.

    Attributes:
        file: which.
        start: the number of its first row among those of all files.
        rows: how many it has.
    """

    file: File
    start: int
    rows: int

    @property
    def stop(self) -> int:
        """The number behind that of its last row."""
        return self.start + self.rows


def numbered(
    folder: Folder,
    files: Sequence[File],
    check: Check,
    *,
    skip_bad: bool = False,
) -> tuple[list[Part], list[str]]:
    """The files with the numbers of their rows, as their footers tell.

    Args:
        folder: that the files are in.
        files: in order.
        check: raises InputError where columns are not what the work needs; called in threads.
        skip_bad: leave out bad files.

    Returns:
        The files, and why others are not among them.

    Raises:
        InputError: a file is not Parquet, lacks what is needed or differs, and not `skip_bad`.
    """

    def look(file: File) -> tuple[int, pa.DataType | None] | str:
        try:
            with explained(f"{folder.uri}/{file.name}"):
                path, filesystem = folder.path(file.name), folder.filesystem()
                footer = pq.read_metadata(path, filesystem=filesystem)
                schema = footer.schema.to_arrow_schema()
            kind = _checked(check, schema, f"{folder.uri}/{file.name}")
            return int(footer.num_rows), kind
        except InputError as error:
            if not skip_bad:
                raise
            return str(error)

    parts: list[Part] = []
    bad: list[str] = []
    first: tuple[str, pa.DataType] | None = None
    start = 0
    with ThreadPoolExecutor(FOOTERS_AT_ONCE) as threads:
        for file, found in zip(files, threads.map(look, files), strict=True):
            if isinstance(found, str):
                bad.append(found)
                continue
            rows, kind = found
            if kind is not None:
                first = first or (file.name, kind)
                if kind != first[1]:
                    told = _differing(f"{folder.uri}/{file.name}", kind, *first)
                    if not skip_bad:
                        raise InputError(told)
                    bad.append(told)
                    continue
            parts.append(Part(file, start, rows))
            start += rows
    return parts, bad


def fingerprint(files: Sequence[File]) -> str:
    """A short name for some files as they are: it changes when any is written anew."""
    seen = [(file.name, file.size, file.modified_ns) for file in files]
    return sha256(json.dumps(seen).encode()).hexdigest()[:16]


def _checked(check: Check, schema: pa.Schema, origin: str) -> pa.DataType | None:
    try:
        return check(schema)
    except InputError as error:
        raise InputError(f"{origin}: {error}") from error


def _differing(origin: str, kind: pa.DataType, first: str, of_first: pa.DataType) -> str:
    return (
        f"{origin}: the column to go by is of type {kind}, and of type {of_first} in {first}: "
        "cast one of them first"
    )
