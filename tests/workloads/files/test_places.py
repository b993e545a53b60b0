"""Folders as users name them, and what is found in them."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from errors import InputError, UsageError
from workloads.files import s3
from workloads.files.commit import whole_file
from workloads.files.places import Folder, check_apart, input_files


def names(folder: Folder) -> list[str]:
    return [file.name for file in folder.files()]


def fill(folder: Folder, *files: str) -> Folder:
    for name in files:
        with whole_file(folder, name) as file:
            file.write(name.encode())
    return folder


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("/data/in/", "/data/in"),
        ("/data/x/../in", "/data/in"),
        ("in", f"{Path.cwd()}/in"),
        ("s3://bucket", "s3://bucket"),
        ("s3://bucket/a/b/", "s3://bucket/a/b"),
    ],
)
def test_a_folder_is_an_absolute_path_or_an_address(written: str, meant: str) -> None:
    assert Folder.of(written).uri == meant
    assert Folder.of(written).in_s3 == written.startswith("s3")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("s3://", "'s3://' names no bucket"),
        ("gs://bucket/in", "'gs://bucket/in' is neither a local path nor s3://BUCKET/FOLDER"),
    ],
)
def test_other_addresses_are_refused(written: str, told: str) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        Folder.of(written)


@pytest.mark.parametrize(
    ("outer", "inner", "contains"),
    [
        ("/a", "/a", True),
        ("/a", "/a/b/c", True),
        ("/a/b", "/a", False),
        ("/a", "/ab", False),
        ("s3://b/x", "s3://b/x/y", True),
        ("s3://b/x", "s3://b/xy", False),
        ("s3://b", "/b/x", False),
    ],
)
def test_a_folder_contains_itself_and_what_is_below(outer: str, inner: str, contains: bool) -> None:
    assert Folder.of(outer).contains(Folder.of(inner)) is contains


DATA = ["a.parquet", "b/c d/나.parquet", "b/c#?&+%20.parquet", "z"]
HIDDEN = ["_run.json", ".crc", "_temporary/x", "b/.hidden/x", "b/_x"]


def test_files_are_listed_by_name_without_the_hidden_ones(tmp_path: Path) -> None:
    folder = fill(Folder.of(tmp_path), *DATA, *HIDDEN)
    assert names(folder) == DATA
    stat = (tmp_path / "z").stat()
    assert (folder.files()[-1].size, folder.files()[-1].modified_ns) == (1, stat.st_mtime_ns)


def test_files_are_listed_in_s3_as_they_are_locally(bucket: str) -> None:
    folder = fill(Folder.of(f"{bucket}/in"), *DATA, *HIDDEN)
    assert names(folder) == DATA
    assert [file.size for file in folder.files()] == [len(name.encode()) for name in DATA]
    assert names(Folder.of(bucket)) == [f"in/{name}" for name in DATA]


def test_what_is_hidden_can_be_said(tmp_path: Path) -> None:
    folder = fill(Folder.of(tmp_path), *DATA, *HIDDEN)
    assert [file.name for file in folder.files(lambda name: name in DATA)] == sorted(HIDDEN)


def test_a_name_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xe9.png")).touch()
    told = re.escape(
        f"the name of the file {os.fsencode(tmp_path)!r}"[:-1] + "/\\xe9.png' is not UTF-8"
    )
    with pytest.raises(InputError, match=told):
        Folder.of(tmp_path).files()


@pytest.mark.parametrize(
    ("source", "target", "apart"),
    [
        ("/in", "/out", True),
        ("/in", "/in/out", False),
        ("/out/in", "/out", False),
        # A file, and a folder beside it or around it.
        ("/data/a.parquet", "/data/out", True),
        ("/data/a.parquet", "/data", False),
    ],
)
def test_input_and_output_are_apart(source: str, target: str, *, apart: bool) -> None:
    places = Folder.of(source), Folder.of(target)
    if apart:
        check_apart(*places)
    else:
        with pytest.raises(UsageError, match=f"input {source} and output {target} lie within one"):
            check_apart(*places)


def test_an_object_that_stands_for_a_folder_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    # AWS's console makes such, and rclone does not.
    monkeypatch.setattr(s3, "objects", lambda _: [("a", 1, 1), ("b/", 0, 1), ("b/c", 1, 1)])
    assert names(Folder.of("s3://bucket/in")) == ["a", "b/c"]


def test_every_file_in_s3_has_its_time(bucket: str) -> None:
    # Some stores leave out the zeros that fractions of a second end with: one time in ten.
    begin = time.time_ns()
    folder = fill(Folder.of(bucket), *map(str, range(60)))
    times = [file.modified_ns for file in folder.files()]
    assert begin - 2 * 10**9 < min(times) <= max(times) < time.time_ns() + 2 * 10**9


def test_a_folder_in_a_hidden_one_is_a_folder_like_others(tmp_path: Path) -> None:
    assert names(fill(Folder.of(tmp_path / "_x" / ".y"), "a")) == ["a"]


def test_a_small_file_is_read_where_there_is_one(tmp_path: Path, bucket: str) -> None:
    for place in (str(tmp_path), bucket):
        folder = fill(Folder.of(place), "there")
        assert folder.read("there") == b"there"
        assert folder.read("not there") is None
        assert Folder.of(f"{place}/no folder").read("there") is None
        assert Folder.of(f"{place}/no folder").files() == []


def test_one_file_can_be_named_as_input(tmp_path: Path, bucket: str) -> None:
    for place in (str(tmp_path), bucket):
        fill(Folder.of(place), "x/a.parquet", "x/b.parquet")
        folder, files = input_files(Folder.of(f"{place}/x/a.parquet"))
        assert (folder.uri, [file.name for file in files]) == (f"{place}/x", ["a.parquet"])
        assert files[0].size == len("x/a.parquet")


@pytest.mark.parametrize("hidden", ["_SUCCESS", None])
def test_a_folder_without_data_is_told(tmp_path: Path, hidden: str | None) -> None:
    if hidden:
        (tmp_path / hidden).touch()
    with pytest.raises(InputError, match=f"no data files in {tmp_path}: name a folder that holds"):
        input_files(Folder.of(tmp_path))


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, bucket: str) -> None:
    for place in (str(tmp_path), bucket):
        with pytest.raises(InputError, match=f"no data files in {place}/none: name a folder"):
            input_files(Folder.of(f"{place}/none"))


def test_a_relative_folder_stays_the_same_when_the_process_goes_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Folder.of("in")
    os.chdir("/")
    assert folder.uri == f"{tmp_path}/in"
