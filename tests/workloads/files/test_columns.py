"""Columns are found by name, and those of encoded files are told from others."""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa
import pytest

from errors import InputError
from workloads.files.columns import encoded_files, find_column

STRUCT = pa.struct({"bytes": pa.binary(), "path": pa.string()})


def test_a_column_is_found_by_its_name() -> None:
    assert find_column(["id", "text"], "text") == 1


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["id", "body"], "there is no column 'text': the columns are id, body; name the one to"),
        (["text", "text"], "there are several columns 'text': rename all of them but one"),
    ],
)
def test_a_column_that_is_not_there_once_is_told(names: list[str], told: str) -> None:
    with pytest.raises(InputError, match=re.escape(told)):
        find_column(names, "text", "--by")


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.binary_view()])
def test_files_may_be_binary_of_any_kind(kind: pa.DataType) -> None:
    found = encoded_files(pa.table({"a": pa.array([b"x", None], kind)}), "a", "files")
    assert [one and one.to_pybytes() for one in found] == [b"x", None]
    assert found.paths is None


@pytest.mark.parametrize(
    ("rows", "kind", "files", "paths"),
    [
        ([{"bytes": b"x", "path": "a"}, None], STRUCT, [b"x", None], ["a", None]),
        ([{"bytes": b"x"}], pa.struct({"bytes": pa.binary()}), [b"x"], None),
        # As a writer types what it has never seen a value of.
        ([None, None], pa.null(), [None, None], None),
        (
            [{"bytes": None, "path": "a"}],
            pa.struct({"bytes": pa.null(), "path": pa.string()}),
            [None],
            ["a"],
        ),
    ],
)
def test_files_may_be_in_structs_with_their_paths_or_all_missing(
    rows: list[Any], kind: pa.DataType, files: list[Any], paths: list[Any] | None
) -> None:
    found = encoded_files(pa.table({"a": pa.array(rows, kind)}), "a", "files")
    assert found.encoded.to_pylist() == files
    assert (found.paths and found.paths.to_pylist()) == paths


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ([("b", [b"x"])], "there is no column 'a': the columns are b; name the one to look at"),
        ([("a", [b"x"]), ("a", [1])], "there are several columns 'a': rename all of them but one"),
        ([("a", ["x"])], "column 'a' is of type string, not files: name a column of binary, or"),
        ([("a", [{"path": "x"}])], "column 'a' is of type struct<path: string>, not files: name"),
        ([("a", [{"bytes": "x"}])], "column 'a' is of type struct<bytes: string>, not files: na"),
    ],
)
def test_what_is_no_column_of_files_is_told(columns: list[tuple[str, Any]], told: str) -> None:
    names, values = zip(*columns, strict=True)
    table = pa.table([pa.array(one) for one in values], names=names)
    with pytest.raises(InputError, match=re.escape(told)):
        encoded_files(table, "a", "files")
