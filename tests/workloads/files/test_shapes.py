"""Rows go into output files each exactly once, in order, as many as were asked for."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import UsageError
from workloads.files.places import File
from workloads.files.shapes import Output, Shape, Slice, fingerprint

# How many rows each input file has; none where it is bad.
COUNTS = st.lists(st.one_of(st.none(), st.integers(0, 40)), max_size=8)
BYTES_A_ROW = 100


def files_of(counts: list[int | None]) -> list[File]:
    return [
        File(f"{index}.parquet", (rows or 0) * BYTES_A_ROW, modified_ns=1 + index * 5 % 8)
        for index, rows in enumerate(counts)
    ]


def outputs_of(shape: Shape, counts: list[int | None]) -> list[Output]:
    files = files_of(counts)
    return shape.outputs(files, lambda file: counts[files.index(file)])


def rows_of(output: Output) -> list[tuple[str, int]]:
    """Each row of an output, by the file it comes from and its number there."""
    for part in output.slices:
        assert part.stop is not None
        assert part.start < part.stop
    return [(part.file, row) for part in output.slices for row in range(part.start, part.stop or 0)]


def check(outputs: list[Output], counts: list[int | None]) -> None:
    files = files_of(counts)
    all_rows = [
        (file.name, row)
        for file, count in zip(files, counts, strict=True)
        for row in range(count or 0)
    ]
    assert list(itertools.chain.from_iterable(map(rows_of, outputs))) == all_rows
    for output in outputs:
        assert output.weight == len(rows_of(output)) * BYTES_A_ROW
        used = {name for name, _ in rows_of(output)}
        assert output.modified_ns == max(file.modified_ns for file in files if file.name in used)
    number = len(outputs)
    names = [f"part-{index:05d}-of-{number:05d}.parquet" for index in range(number)]
    assert [output.name for output in outputs] == names


@given(counts=COUNTS, rows=st.integers(1, 100))
def test_so_many_rows_in_each_file(counts: list[int | None], rows: int) -> None:
    outputs = outputs_of(Shape(rows_per_file=rows), counts)
    check(outputs, counts)
    sizes = [len(rows_of(output)) for output in outputs]
    assert all(size == rows for size in sizes[:-1])
    assert all(1 <= size <= rows for size in sizes[-1:])


@given(counts=COUNTS, number=st.integers(1, 100))
def test_so_many_files(counts: list[int | None], number: int) -> None:
    outputs = outputs_of(Shape(files=number), counts)
    check(outputs, counts)
    assert len(outputs) == min(number, sum(rows or 0 for rows in counts))
    sizes = {len(rows_of(output)) for output in outputs}
    assert not sizes or max(sizes) - min(sizes) <= 1


@given(COUNTS)
def test_a_file_for_a_file_needs_no_counting(counts: list[int | None]) -> None:
    files = files_of(counts)

    def count(_: File) -> int:
        raise AssertionError

    assert Shape().outputs(files, count) == [
        Output(file.name, (Slice(file.name),), file.size, file.modified_ns) for file in files
    ]


@pytest.mark.parametrize(
    ("rows_per_file", "files", "told"),
    [
        (1, 1, "give the rows per file or the number of files, not both"),
        (0, None, "the rows per file must be at least 1, not 0"),
        (None, -1, "the number of files must be at least 1, not -1"),
    ],
)
def test_a_shape_that_cannot_be_is_told(
    rows_per_file: int | None, files: int | None, told: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        Shape(rows_per_file, files)


@given(
    one=st.tuples(COUNTS, st.integers(1, 20)),
    other=st.tuples(COUNTS, st.integers(1, 20)),
)
def test_a_fingerprint_tells_ways_to_cut_apart(
    one: tuple[list[int | None], int], other: tuple[list[int | None], int]
) -> None:
    first, second = (outputs_of(Shape(rows_per_file=rows), counts) for counts, rows in (one, other))
    alike = [out.slices for out in first] == [out.slices for out in second]
    assert (fingerprint(first) == fingerprint(second)) is alike
