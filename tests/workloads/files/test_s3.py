"""S3 as the AWS tools find it, and what is told when it cannot be used."""

from __future__ import annotations

import time

import pytest

from errors import StorageError
from tests.workloads.conftest import SetEnvironment
from tests.workloads.servers import Server, aws_environment
from workloads.files import s3
from workloads.files.places import Folder


def test_endpoint_region_and_keys_come_from_the_environment(
    server: Server, bucket: str, set_aws: SetEnvironment
) -> None:
    assert s3.client().meta.endpoint_url == server.endpoint
    assert s3.filesystem().region == "us-east-1"
    assert Folder.of(bucket).files() == []
    set_aws({"AWS_REGION": "eu-west-1"})
    assert s3.client().meta.region_name == "eu-west-1"
    assert s3.filesystem().region == "eu-west-1"


def test_one_client_serves_a_process(bucket: str) -> None:
    assert Folder.of(bucket).files() == []
    assert s3.client() is s3.client()


def test_no_credentials_are_told(set_aws: SetEnvironment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    set_aws({})
    with pytest.raises(StorageError, match="no AWS credentials found: set AWS_ACCESS_KEY_ID and"):
        Folder.of("s3://bucket/in").files()


@pytest.mark.parametrize("place", ["", "/", "/in", "/in/deeper"])
def test_a_missing_bucket_is_not_an_empty_folder(bucket: str, place: str) -> None:
    with pytest.raises(StorageError, match=f"{bucket}-not.*: there is no such bucket: check its"):
        Folder.of(f"{bucket}-not{place}").files()


@pytest.mark.parametrize(("key", "secret"), [("other", "test-secret"), ("test-key", "other")])
def test_wrong_keys_are_told(
    bucket: str, server: Server, set_aws: SetEnvironment, key: str, secret: str
) -> None:
    set_aws(aws_environment(server.endpoint, key, secret))
    with pytest.raises(StorageError, match="the keys are missing, wrong or expired: check AWS_ACC"):
        Folder.of(bucket).files()
    # The answer to this request has no body, and so no reason.
    with pytest.raises(
        StorageError, match="these keys lack the right to it, or the keys are wrong"
    ):
        Folder.of(bucket).read("a")


@pytest.mark.usefixtures("set_aws")
def test_an_endpoint_where_nothing_listens_is_told_within_seconds() -> None:
    begin = time.monotonic()
    with pytest.raises(
        StorageError, match="the store cannot be reached: check AWS_ENDPOINT_URL_S3"
    ):
        Folder.of("s3://bucket/in").files()
    assert time.monotonic() - begin < 45


@pytest.mark.parametrize("endpoint", ["127.0.0.1:9000", "localhost", "http://"])
def test_an_endpoint_that_is_none_is_told(set_aws: SetEnvironment, endpoint: str) -> None:
    set_aws(aws_environment(endpoint))
    with pytest.raises(StorageError, match=f"{endpoint}.*: write AWS_ENDPOINT_URL_S3 as http://HO"):
        Folder.of("s3://bucket/in").files()
