"""The object store as a container: what is written is there, for who has the key."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, cast

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from docker.errors import ContainerError

from images.bake import Target
from images.build import Row
from images.engine import Engine
from tests.images.object_store.stores import KEY, SECRET, Store, store
from tests.workloads.servers import aws_environment
from workloads.files import s3

CONTENT = bytes(range(256)) * 10_000
TAKEN = {
    "the wrong key is what the test sends": "(?i)accessdenied|signature|auth",
    "with an object, rclone tries to remove its folder, which has others": "Dir.Remove not empty",
}


@pytest.fixture(scope="module")
def running(arch: str, built: list[Row]) -> Iterator[Store]:
    """A store of each arch."""
    assert built
    with store(arch, allowed=TAKEN) as one:
        yield one


@pytest.fixture
def bucket(running: Store) -> str:
    name = f"bucket-{uuid.uuid4().hex[:12]}"
    client(running.endpoint).create_bucket(Bucket=name)
    return name


@pytest.fixture
def volume(engine: Engine) -> Iterator[str]:
    made = engine.client.volumes.create(f"ray-on-aws-test-{uuid.uuid4().hex[:12]}")
    yield made.name
    made.remove()


def client(endpoint: str, key: str = KEY, secret: str = SECRET) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        region_name="us-east-1",
        config=Config(
            retries={"max_attempts": 1},
            # To a request for a part, rclone answers with the checksum of the whole.
            response_checksum_validation="when_required",
        ),
    )


def test_an_object_makes_the_round_trip(running: Store, bucket: str) -> None:
    ours = client(running.endpoint)
    ours.put_object(Bucket=bucket, Key="deep/below/one", Body=CONTENT)
    ours.put_object(Bucket=bucket, Key="deep/two", Body=b"")
    assert ours.get_object(Bucket=bucket, Key="deep/below/one")["Body"].read() == CONTENT
    part = ours.get_object(Bucket=bucket, Key="deep/below/one", Range="bytes=1000-2023")
    assert part["Body"].read() == CONTENT[1000:2024]
    listed = ours.list_objects_v2(Bucket=bucket, Prefix="deep/")["Contents"]
    sizes = {one["Key"]: one["Size"] for one in listed}
    assert sizes == {"deep/below/one": len(CONTENT), "deep/two": 0}
    ours.delete_object(Bucket=bucket, Key="deep/two")
    with pytest.raises(ClientError, match=r"404|NoSuchKey"):
        ours.get_object(Bucket=bucket, Key="deep/two")


def test_arrow_and_our_own_client_find_it_by_the_environment(
    running: Store, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in aws_environment(running.endpoint, KEY, SECRET).items():
        monkeypatch.setenv(name, value)
    # Without this, Arrow sends parts with checksums behind them, which rclone refuses.
    monkeypatch.setenv("AWS_REQUEST_CHECKSUM_CALCULATION", "WHEN_REQUIRED")
    s3._client.cache_clear()
    try:
        files = s3.filesystem()
        with files.open_output_stream(f"{bucket}/folder/file") as stream:
            stream.write(CONTENT)
        with files.open_input_file(f"{bucket}/folder/file") as file:
            file.seek(len(CONTENT) - 300)
            assert file.read() == CONTENT[-300:]
        ((name, size, _),) = s3.objects(f"{bucket}/folder")
        assert (name, size) == ("file", len(CONTENT))
    finally:
        s3._client.cache_clear()


def test_an_etag_tells_contents_apart(running: Store, bucket: str) -> None:
    ours = client(running.endpoint)
    tags = []
    for content in (b"one content", b"two content", b"one content"):
        ours.put_object(Bucket=bucket, Key="object", Body=content)
        tags.append(ours.head_object(Bucket=bucket, Key="object")["ETag"].strip('"'))
    assert all(tags)
    assert tags[0] == tags[2] != tags[1]


@pytest.mark.parametrize(("key", "secret"), [(KEY, "another"), ("another", SECRET)])
def test_another_key_is_refused(running: Store, bucket: str, key: str, secret: str) -> None:
    with pytest.raises(ClientError, match=r"403|Denied|SignatureDoesNotMatch|InvalidAccessKeyId"):
        client(running.endpoint, key, secret).list_objects_v2(Bucket=bucket)


def test_its_own_check_leaves_no_bucket_and_it_is_not_root(running: Store, bucket: str) -> None:
    assert running.container.exec_run("healthy").exit_code == 0
    names = [one["Name"] for one in client(running.endpoint).list_buckets()["Buckets"]]
    assert bucket in names
    assert "health-check" not in names
    assert cast(bytes, running.container.exec_run("id -u").output).strip() == b"1000"
    # Where anybody on the machine could read it, in the arguments of a process, no secret stands.
    every = ["bash", "-c", "cat /proc/[0-9]*/cmdline"]
    commands = cast(bytes, running.container.exec_run(every).output)
    assert b"rclone" in commands
    assert b"haproxy" in commands
    assert SECRET.encode() not in commands


@pytest.mark.usefixtures("built")
def test_objects_outlive_the_container_on_a_volume(engine: Engine, volume: str) -> None:
    with store(engine.arch, volume) as first:
        client(first.endpoint).create_bucket(Bucket="kept")
        client(first.endpoint).put_object(Bucket="kept", Key="object", Body=CONTENT)
    with store(engine.arch, volume) as second:
        got = client(second.endpoint).get_object(Bucket="kept", Key="object")
        assert got["Body"].read() == CONTENT


@pytest.mark.parametrize("environment", [{}, {"STORE_KEY": ""}])
def test_it_does_not_start_without_a_key(
    engine: Engine, own_store: Target, environment: dict[str, str]
) -> None:
    with pytest.raises(ContainerError, match="give KEY,SECRET as STORE_KEY, or in a file"):
        engine.client.containers.run(own_store.tag, environment=environment, remove=True)
