"""Files in S3, as they are seen from where no job runs."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from cluster.account import Account
from cluster.drills.stored import Store
from errors import ServiceError
from tests.cluster.infra.emulated import REGION, aws, client

BUCKET = "data"


@pytest.fixture
def store() -> Iterator[Store]:
    """A store with a file in a folder, and others beside it."""
    with aws() as address:
        where = {"LocationConstraint": REGION}
        client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
        for key in ("out/a.parquet", "out/_run.json", "out/more/", "outside/b.parquet"):
            put(key, b"once")
        yield Store(Account(REGION), address)


def put(key: str, content: bytes) -> None:
    client("s3").put_object(Bucket=BUCKET, Key=key, Body=content)


def test_the_files_of_a_folder_are_those_that_hold_data(store: Store) -> None:
    found = store.files(f"s3://{BUCKET}/out")
    assert found.keys() == {"a.parquet"}
    assert found["a.parquet"].size == 4
    assert abs(found["a.parquet"].at - time.time()) < 60
    assert store.files(f"s3://{BUCKET}/none") == {}


def test_a_file_that_is_written_again_is_another(store: Store) -> None:
    before = store.files(f"s3://{BUCKET}/out")
    assert store.files(f"s3://{BUCKET}/out") == before
    put("out/a.parquet", b"ONCE")
    assert store.files(f"s3://{BUCKET}/out") != before


def test_a_folder_is_deleted_and_no_other(store: Store) -> None:
    store.remove(f"s3://{BUCKET}/out")
    store.remove(f"s3://{BUCKET}/out")
    left = client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]
    assert [one["Key"] for one in left] == ["outside/b.parquet"]


def test_a_bucket_that_is_missing_is_told(store: Store) -> None:
    with pytest.raises(ServiceError, match="looking for the files in s3://other/out: AWS says"):
        store.files("s3://other/out")
