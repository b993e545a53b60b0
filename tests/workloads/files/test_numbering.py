"""Rows of all files numbered through; files that cannot be read, or are not as needed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from errors import InputError
from tests.workloads.parquet import write_numbers
from workloads.files.numbering import Part, fingerprint, numbered
from workloads.files.places import Folder

SIZES = {"a.parquet": 10, "b/zero.parquet": 0, "b/나.parquet": 25, "c": 7}


def fine(_schema: pa.Schema) -> None:
    """Any column will do."""


def no_text(schema: pa.Schema) -> None:
    """None will do that has text."""
    raise InputError(f"there are {len(schema)} columns")


def test_each_file_begins_where_the_one_before_ends(tmp_path: Path) -> None:
    folder = Folder.of(write_numbers(tmp_path, SIZES))
    parts, bad = numbered(folder, folder.files(), fine)
    assert bad == []
    assert [(part.file.name, part.start, part.stop) for part in parts] == [
        ("a.parquet", 0, 10),
        ("b/zero.parquet", 10, 10),
        ("b/나.parquet", 10, 35),
        ("c", 35, 42),
    ]


def test_a_bad_file_is_told_or_left_out(tmp_path: Path) -> None:
    folder = Folder.of(write_numbers(tmp_path, SIZES))
    (tmp_path / "b" / "bad.parquet").write_text("no Parquet")
    with pytest.raises(InputError, match=r"/b/bad\.parquet cannot be read: "):
        numbered(folder, folder.files(), fine)
    parts, bad = numbered(folder, folder.files(), fine, skip_bad=True)
    assert [part.start for part in parts] == [0, 10, 10, 35]
    assert len(bad) == 1
    assert bad[0].startswith(f"{tmp_path}/b/bad.parquet cannot be read: ")


def test_columns_are_looked_at_and_told_with_their_file(tmp_path: Path) -> None:
    folder = Folder.of(write_numbers(tmp_path, [3]))
    with pytest.raises(InputError, match=r"/0\.parquet: there are 2 columns"):
        numbered(folder, folder.files(), no_text)
    assert numbered(folder, folder.files(), no_text, skip_bad=True)[0] == []


def test_a_fingerprint_is_of_names_sizes_and_times(tmp_path: Path) -> None:
    files = Folder.of(write_numbers(tmp_path, SIZES)).files()
    first, *others = files
    same = fingerprint(list(files))
    changed = [
        [replace(first, name="x"), *others],
        [replace(first, size=1), *others],
        [replace(first, modified_ns=1), *others],
        others,
    ]
    assert same == fingerprint(files)
    assert len({same, *map(fingerprint, changed)}) == 5


def test_a_part_says_where_it_ends(tmp_path: Path) -> None:
    file = Folder.of(write_numbers(tmp_path, [1])).files()[0]
    assert Part(file, 5, 3).stop == 8
