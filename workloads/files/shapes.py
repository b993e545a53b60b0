"""Which rows go into which output file."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate, pairwise

from errors import UsageError
from workloads.files.places import File

FOOTERS_AT_ONCE = 16


@dataclass(frozen=True)
class Slice:
    """Rows of an input file, from `start` up to `stop`; to its end where that is None."""

    file: str
    start: int = 0
    stop: int | None = None


@dataclass(frozen=True)
class Output:
    """A file to write, and the rows that go into it, in order.

    Attributes:
        name: its path within the output folder.
        slices: where its rows come from.
        weight: about how many bytes of input files that is.
        modified_ns: when the newest of these files was last written.
    """

    name: str
    slices: tuple[Slice, ...]
    weight: int
    modified_ns: int


@dataclass(frozen=True)
class Shape:
    """What the output is to look like: a file for a file, or else one of these.

    Attributes:
        rows_per_file: rows of input for each output file; the last may have fewer.
        files: how many output files, of equal rows of input, one more or less.
    """

    rows_per_file: int | None = None
    files: int | None = None

    def __post_init__(self) -> None:
        if self.rows_per_file is not None and self.files is not None:
            raise UsageError("give the rows per file or the number of files, not both")
        for name, value in (("rows per file", self.rows_per_file), ("number of files", self.files)):
            if value is not None and value < 1:
                raise UsageError(f"the {name} must be at least 1, not {value}")

    @property
    def file_to_file(self) -> bool:
        """Whether each input file becomes one output file of the same name."""
        return self.rows_per_file is None and self.files is None

    def outputs(self, files: Sequence[File], count: Callable[[File], int | None]) -> list[Output]:
        """The files to write.

        Args:
            files: the input files, in order.
            count: tells the rows of a file, or None to leave it out; called in several threads,
                and only where the shape needs it.
        """
        if self.file_to_file:
            return [
                Output(one.name, (Slice(one.name),), one.size, one.modified_ns) for one in files
            ]
        with ThreadPoolExecutor(FOOTERS_AT_ONCE) as threads:
            counted = list(zip(files, threads.map(count, files), strict=True))
        sizes = [(file, rows) for file, rows in counted if rows]
        return _cut(sizes, self._cuts(sum(rows for _, rows in sizes)))

    def _cuts(self, total: int) -> list[int]:
        if self.rows_per_file is not None:
            return [*range(0, total, self.rows_per_file), total]
        number = min(self.files or 1, total)
        return [total * part // number for part in range(number + 1)] if number else [0]


def fingerprint(outputs: Sequence[Output]) -> str:
    """A short name for a way to cut the input: it changes when any output would hold other rows."""
    cut = [
        (one.name, [(part.file, part.start, part.stop) for part in one.slices]) for one in outputs
    ]
    return sha256(json.dumps(cut).encode()).hexdigest()[:16]


def _cut(sizes: Sequence[tuple[File, int]], cuts: Sequence[int]) -> list[Output]:
    """The outputs that lie between successive cuts of the rows of all files, counted through."""
    ends = list(accumulate(rows for _, rows in sizes))
    outputs, number = [], max(len(cuts) - 1, 0)
    first = 0
    for index, (begin, end) in enumerate(pairwise(cuts)):
        while ends[first] <= begin:
            first += 1
        slices, weight, modified, at = [], 0.0, 0, first
        while at < len(sizes) and ends[at] - sizes[at][1] < end:
            file, rows = sizes[at]
            base = ends[at] - rows
            start, stop = max(begin - base, 0), min(end - base, rows)
            slices.append(Slice(file.name, start, stop))
            weight += file.size * (stop - start) / rows
            modified = max(modified, file.modified_ns)
            at += 1
        outputs.append(Output(part_name(index, number), tuple(slices), int(weight), modified))
    return outputs


def part_name(index: int, number: int) -> str:
    """The name of one of a number of files that are cut anew, rather than named by their input."""
    return f"part-{index:05d}-of-{number:05d}.parquet"
