"""Scripts of a user's own, as they would run on AWS: nothing in them is made for this store."""

from __future__ import annotations

from pathlib import Path

from tests.cluster.minis import Mini

SCRIPT = """
import sys

import boto3
import ray

bucket, *more = sys.argv[1:]
boto3.client("s3").create_bucket(Bucket=bucket)
boto3.client("s3").put_object(Bucket=bucket, Key="notes/first.txt", Body=b"by boto3")


def double(batch):
    batch["twice"] = batch["id"] * 2
    return batch


ray.data.range(1000).write_parquet(f"s3://{bucket}/raw/numbers")
read = ray.data.read_parquet(f"s3://{bucket}/raw/numbers")
read.map_batches(double).write_parquet(f"s3://{bucket}/made/here")
print("sum", ray.data.read_parquet(f"s3://{bucket}/made/here").sum("twice"))
print("note", boto3.client("s3").get_object(Bucket=bucket, Key="notes/first.txt")["Body"].read())
print("arguments", more)
"""


def test_an_object_can_lie_below_one_that_stands_for_its_folder(mini: Mini, bucket: str) -> None:
    s3 = mini.s3()
    s3.put_object(Bucket=bucket, Key="folder/", Body=b"")
    s3.put_object(Bucket=bucket, Key="folder/object", Body=b"content")
    s3.put_object(Bucket=bucket, Key="folder/", Body=b"")
    assert s3.get_object(Bucket=bucket, Key="folder/object")["Body"].read() == b"content"


def test_ray_data_and_boto3_find_the_store(mini: Mini, tmp_path: Path) -> None:
    (tmp_path / "my script.py").write_text(SCRIPT)
    arguments = ["script", "two words", "it's", '"q"', "$HOME", "--x=1"]
    words = ("submit", "--script", "my script.py", "--", *arguments)
    # Some of Ray Data's tasks load their libraries under emulation.
    done = mini.invoke(*words, cwd=tmp_path, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert f"sum {sum(range(1000)) * 2}" in lines
    assert "note b'by boto3'" in lines
    assert f"arguments {arguments[1:]}" in lines
