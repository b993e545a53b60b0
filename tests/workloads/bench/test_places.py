from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import psutil
import pytest

from errors import OutputError, StorageError
from workloads.bench import buckets, places
from workloads.bench.places import (
    check_space,
    input_folder,
    is_complete,
    output_folder,
    output_in_s3,
)
from workloads.files import s3
from workloads.files.places import Folder
from workloads.text.generate import TextSpec

GB = 1_000_000_000
Usage = namedtuple("Usage", "total used free")
Memory = namedtuple("Memory", "available")


class Room:
    """A machine whose memory, folder in memory and disk have as much room as a test says."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.disk = self.shared = self.available = 1000 * GB
        self.in_memory = folder / "shm"
        self.in_memory.mkdir()
        self.results = folder / "results"
        monkeypatch.setattr(places, "MEMORY_BACKED", self.in_memory)
        monkeypatch.setattr(shutil, "disk_usage", self._usage)
        monkeypatch.setattr(psutil, "virtual_memory", lambda: Memory(self.available))

    def _usage(self, folder: Path) -> Usage:
        free = self.shared if folder.is_relative_to(self.in_memory) else self.disk
        return Usage(free, 0, free)


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    return Room(tmp_path, monkeypatch)


def test_output_goes_to_memory_and_is_removed(room: Room) -> None:
    with output_folder(GB, None, room.results) as (folder, storage):
        assert storage == "memory"
        path = Path(folder.path())
        assert path.parent == room.in_memory
        assert path.name.startswith("ray-on-aws-bench-")
        assert path.stat().st_mode & 0o777 == 0o700
        (path / "ours").mkdir()
        (path / "ours/0.parquet").touch()
    assert list(room.in_memory.iterdir()) == []


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_output_is_removed_after_an_error_too(room: Room, error: type[BaseException]) -> None:
    def work() -> None:
        with output_folder(GB, None, room.results) as (folder, _):
            Path(folder.path("0.parquet")).touch()
            raise error

    with pytest.raises(error):
        work()
    assert list(room.in_memory.iterdir()) == []


@pytest.mark.parametrize("scarce", ["shared", "available"])
def test_output_goes_to_disk_when_memory_has_no_room(room: Room, scarce: str) -> None:
    needed = GB + 4 * 2**30
    setattr(room, scarce, needed)
    with output_folder(GB, None, room.results) as (_, storage):
        assert storage == "memory"
    setattr(room, scarce, needed - 1)
    with output_folder(GB, None, room.results) as (folder, storage):
        assert storage == "disk"
        assert Path(folder.path()).parent == room.results


def test_output_goes_to_disk_on_systems_without_a_folder_in_memory(room: Room) -> None:
    room.in_memory.rmdir()
    with output_folder(GB, None, room.results) as (_, storage):
        assert storage == "disk"


def test_output_goes_where_the_user_wants_it(room: Room, tmp_path: Path) -> None:
    with output_folder(GB, tmp_path / "a/b", room.results) as (folder, storage):
        assert (Path(folder.path()).parent, storage) == (tmp_path / "a/b", "disk")
    with output_folder(GB, room.in_memory / "mine", room.results) as (_, storage):
        assert storage == "memory"


@pytest.mark.parametrize("chosen", [True, False])
def test_no_room_anywhere_is_told_in_a_sentence(room: Room, tmp_path: Path, chosen: bool) -> None:
    room.shared, room.disk = 0, GB // 2
    place = tmp_path / "chosen" if chosen else room.results
    with pytest.raises(OutputError) as told, output_folder(GB, place, room.results):
        pass
    assert str(told.value) == (
        f"{place} has 0.5 GB free and 1.0 GB are needed: "
        "free some, or choose a smaller --scale, or name another place with --output"
    )
    assert list(place.iterdir()) == []


def test_a_file_in_the_way_of_the_output_is_told_in_a_sentence(room: Room, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for place, why in ((file, "File exists"), (file / "below", "Not a directory")):
        with pytest.raises(OutputError) as told, output_folder(GB, place, room.results):
            pass
        assert str(told.value) == (
            f"no folder can be made in {place}: {why}; choose another with --output"
        )


def test_exactly_enough_room_is_enough(room: Room, tmp_path: Path) -> None:
    room.disk = GB
    check_space(tmp_path, GB)
    with pytest.raises(OutputError, match=r"free some, or choose a smaller --scale$"):
        check_space(tmp_path, GB + 1)


def test_each_data_set_has_a_folder_of_its_own(tmp_path: Path) -> None:
    specs = [
        TextSpec(rows, kind, seed)
        for rows in (1, 11)
        for kind in ("letters", "mixed")
        for seed in (1, 11)
    ]
    folders = {input_folder(Folder.of(tmp_path), spec) for spec in specs}
    assert len(folders) == len(specs)
    assert Folder.of(tmp_path / "input/text-mixed-11-rows-seed-1") in folders


def test_a_data_set_is_complete_when_all_its_files_are_there(tmp_path: Path) -> None:
    spec = TextSpec(3)
    assert not is_complete(Folder.of(tmp_path / "nowhere"), spec)
    for task in spec.tasks(Folder.of(tmp_path), "snappy"):
        assert not is_complete(Folder.of(tmp_path), spec)
        (tmp_path / task.name).touch()
    assert is_complete(Folder.of(tmp_path), spec)
    assert not is_complete(Folder.of(tmp_path), TextSpec(4))


def keys(bucket: str) -> set[str]:
    return {name for name, _, _ in s3.objects(bucket.removeprefix("s3://"))}


def put(bucket: str, *names: str) -> None:
    for name in names:
        s3.client().put_object(Bucket=bucket.removeprefix("s3://"), Key=name, Body=b"x")


@pytest.mark.parametrize("error", [None, ValueError, KeyboardInterrupt])
def test_output_in_s3_is_removed_and_nothing_else(
    bucket: str, monkeypatch: pytest.MonkeyPatch, error: type[BaseException] | None
) -> None:
    monkeypatch.setattr(buckets, "OBJECTS_AT_ONCE", 2)
    put(bucket, "here/input/0.parquet", "here/output/another/0.parquet")
    before = keys(bucket)

    def work() -> None:
        with output_in_s3(Folder.of(f"{bucket}/here")) as (folder, storage):
            assert storage == "s3"
            assert folder.uri.startswith(f"{bucket}/here/output/")
            base = folder.path().partition("/")[2]
            put(bucket, *[f"{base}/ours/{number}.parquet" for number in range(5)])
            put(bucket, f"{base}/ours/_run.json")
            assert len(keys(bucket)) == len(before) + 6
            if error:
                raise error

    if error:
        with pytest.raises(error):
            work()
    else:
        work()
    assert keys(bucket) == before


def test_a_bucket_is_made_where_there_is_none(bucket: str) -> None:
    missing = Folder.of(f"{bucket}-more/below")
    with pytest.raises(StorageError):
        missing.files()
    for _ in range(2):
        buckets.ensure(missing)
        assert missing.files() == []
