"""A file is there whole, or it is not there, whatever ends the writing of it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from errors import OutputError, StorageError
from tests.workloads.conftest import SetEnvironment
from tests.workloads.parquet import everything_in
from tests.workloads.servers import NOWHERE, Server, aws_environment
from workloads.files import s3, upload
from workloads.files.commit import TEMPORARY, remove_temporary, whole_file
from workloads.files.places import Folder

PART = 5 * 2**20
# Nothing, a little, a part to the byte, and two parts and a half in writes of odd sizes.
SIZES = [[0], [100], [PART], [PART - 1, 1, PART + 7, PART // 2]]


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "PART_BYTES", PART)


@pytest.fixture(params=["local", "s3"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Folder]:
    """A folder on each kind of storage."""
    if request.param == "local":
        yield Folder.of(tmp_path / "out")
    else:
        yield Folder.of(f"{request.getfixturevalue('bucket')}/out")


def write(folder: Folder, name: str, *contents: bytes) -> None:
    with whole_file(folder, name) as file:
        for content in contents:
            file.write(content)
        assert file.tell() == sum(map(len, contents))


def write_and_fail(
    folder: Folder, name: str, size: int, error: type[BaseException] = RuntimeError
) -> None:
    with whole_file(folder, name) as file:
        file.write(b"x" * size)
        raise error


def uploads_of(bucket: str) -> list[str]:
    found = s3.client().list_multipart_uploads(Bucket=bucket.removeprefix("s3://"))
    return [one["Key"] for one in found.get("Uploads", [])]


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_what_is_written_is_there(folder: Folder, sizes: list[int]) -> None:
    contents = [bytes([65 + index]) * size for index, size in enumerate(sizes)]
    write(folder, "a/b.parquet", *contents)
    assert folder.read("a/b.parquet") == b"".join(contents)
    assert [file.name for file in folder.files()] == ["a/b.parquet"]


def test_names_are_taken_as_they_are(folder: Folder) -> None:
    # The ending is one that libraries compress by, and what is behind `?` one that S3 knows.
    name = "가 나/user:pass@x#y?versionId=3%20.gz"
    write(folder, name, b"plain")
    assert folder.read(name) == b"plain"


def test_nothing_is_there_before_the_end(folder: Folder) -> None:
    with whole_file(folder, "a") as file:
        file.write(b"x" * 100)
        assert folder.files() == []


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("size", [100, 3 * PART])
@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, GeneratorExit])
def test_an_exception_leaves_no_file(folder: Folder, size: int, error: type[BaseException]) -> None:
    with pytest.raises(error):
        write_and_fail(folder, "a", size, error)
    assert folder.files() == []
    assert folder.read("a") is None


def test_an_exception_leaves_the_file_of_before(folder: Folder) -> None:
    write(folder, "a", b"before")
    with pytest.raises(RuntimeError):
        write_and_fail(folder, "a", 100)
    assert folder.read("a") == b"before"


@pytest.mark.usefixtures("small_parts")
def test_an_exception_aborts_the_upload(bucket: str) -> None:
    with whole_file(Folder.of(bucket), "a") as file:
        file.write(b"x" * 2 * PART)
        assert uploads_of(bucket) == ["a"]
    with pytest.raises(RuntimeError):
        write_and_fail(Folder.of(bucket), "b", 2 * PART)
    assert uploads_of(bucket) == []


@pytest.mark.usefixtures("small_parts")
def test_a_part_is_sent_while_the_next_is_filled(bucket: str) -> None:
    sending, may_go_on = threading.Event(), threading.Event()

    def hold(**_: Any) -> None:
        sending.set()
        may_go_on.wait(30)

    s3.client().meta.events.register_first("before-call.s3.UploadPart", hold)
    with whole_file(Folder.of(bucket), "a") as file:
        file.write(b"x" * PART)
        assert sending.wait(30)
        # What is on its way lies elsewhere than what is written meanwhile.
        file.write(b"y" * (PART - 1))
        may_go_on.set()
    assert Folder.of(bucket).read("a") == b"x" * PART + b"y" * (PART - 1)


@pytest.mark.usefixtures("small_parts")
def test_one_write_larger_than_several_parts_is_taken(bucket: str) -> None:
    content = b"".join(bytes([65 + index]) * (PART // 2) for index in range(9))
    write(Folder.of(bucket), "a", content)
    assert Folder.of(bucket).read("a") == content


@pytest.mark.usefixtures("small_parts")
def test_a_part_on_its_way_arrives_before_the_upload_is_aborted(bucket: str) -> None:
    arrived: list[str] = []

    def slow(**_: Any) -> None:
        time.sleep(0.5)

    def record(model: Any, **_: Any) -> None:
        arrived.append(model.name)

    s3.client().meta.events.register("before-call.s3.UploadPart", slow)
    s3.client().meta.events.register("after-call.s3", record)
    with pytest.raises(RuntimeError):
        write_and_fail(Folder.of(bucket), "a", PART)
    assert arrived == ["CreateMultipartUpload", "UploadPart", "AbortMultipartUpload"]


def test_contents_are_not_hashed_to_be_sent(bucket: str) -> None:
    sent: list[str] = []

    def record(request: Any, **_: Any) -> None:
        sent.append(request.headers["X-Amz-Content-SHA256"].decode())

    s3.client().meta.events.register("before-send.s3.PutObject", record)
    write(Folder.of(bucket), "a", b"x" * 100)
    assert sent == ["UNSIGNED-PAYLOAD"]


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("request_", ["UploadPart", "CompleteMultipartUpload", "PutObject"])
def test_an_upload_that_fails_and_cannot_be_aborted_is_never_completed(
    bucket: str, request_: str
) -> None:
    failing = {request_, "AbortMultipartUpload"}

    def fail(model: Any, **_: Any) -> None:
        if model.name in failing:
            raise ConnectionClosedError(endpoint_url=NOWHERE)

    size = 100 if request_ == "PutObject" else 3 * PART
    s3.client().meta.events.register("before-call.s3", fail)
    with pytest.raises(StorageError, match="the store cannot be reached"):
        write(Folder.of(bucket), "a", b"x" * size)
    failing.clear()
    assert Folder.of(bucket).files() == []


def test_temporary_files_are_not_taken_for_data_and_are_removed(tmp_path: Path) -> None:
    folder = Folder.of(tmp_path)
    with whole_file(folder, "a"):
        (unfinished,) = (tmp_path / TEMPORARY).iterdir()
        assert folder.files() == []
    assert not unfinished.exists()
    (tmp_path / TEMPORARY / "of a killed run").touch()
    remove_temporary(folder)
    remove_temporary(folder)
    assert everything_in(tmp_path) == {"a"}


def test_a_file_in_the_way_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    for folder in (tmp_path / "out", tmp_path / "out" / "deeper"):
        with pytest.raises(OutputError, match="is needed as a folder, but there is a file in the"):
            write(Folder.of(folder), "a", b"x")
    assert (tmp_path / "out").read_text() == "mine"


def test_no_space_left_is_told_and_nothing_left_of_it(small_disk: Path) -> None:
    folder = Folder.of(small_disk)
    write(folder, "fits", b"x" * 10**6)
    told = re.escape(f"no space left for {small_disk}/too much: free some, or choose another")
    with pytest.raises(OutputError, match=told):
        write(folder, "too much", *[b"x" * 10**6] * 10)
    assert folder.read("fits") == b"x" * 10**6
    assert [path.name for path in small_disk.rglob("*") if path.is_file()] == ["fits"]


def test_no_permission_is_told(read_only_disk: Path) -> None:
    told = re.escape(f"no permission for {read_only_disk}/out/a: ")
    with pytest.raises(OutputError, match=f"{told}.*Read-only.*; choose another folder"):
        write(Folder.of(read_only_disk / "out"), "a", b"x")


def test_a_missing_bucket_is_told(bucket: str) -> None:
    told = re.escape(f"{bucket}-not/out/a: there is no such bucket: check its name and region")
    with pytest.raises(StorageError, match=told):
        write(Folder.of(f"{bucket}-not/out"), "a", b"x")


@pytest.mark.parametrize(("key", "secret"), [("other", "test-secret"), ("test-key", "other")])
def test_wrong_keys_are_told(
    bucket: str, server: Server, set_aws: SetEnvironment, key: str, secret: str
) -> None:
    set_aws(aws_environment(server.endpoint, key, secret))
    with pytest.raises(StorageError, match="the keys are missing, wrong or expired: check AWS_ACC"):
        write(Folder.of(bucket), "a", b"x")
