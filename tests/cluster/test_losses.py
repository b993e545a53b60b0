"""What a job gets over: a worker that is killed, a store that restarts."""

from __future__ import annotations

from pathlib import Path

from cluster.nodes import nodes
from tests.cluster.minis import Mini, run_in, wait_until
from tests.cluster.reading import read_rest, read_until

# Twenty tasks of a second, which tell when the first of them has been done.
SLOW = """
import time

import ray

ray.init()


@ray.remote(num_cpus=1, max_retries=5)
def square(number):
    time.sleep(1)
    return number * number


pending = [square.remote(number) for number in range(20)]
ray.wait(pending, num_returns=1)
print("under way", flush=True)
print("sum", sum(ray.get(pending)), flush=True)
"""

READ = """
import sys

import boto3

print(boto3.client("s3").get_object(Bucket=sys.argv[1], Key="a/b.txt")["Body"].read())
"""


def intel(mini: Mini) -> bool:
    """Whether the amd64 worker takes part."""
    return any(one.arch == "amd64" for one in nodes(mini.launched))


def test_a_job_gets_over_a_worker_that_is_killed(mini: Mini, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    worker = mini.containers()["worker-amd64"]
    started = mini.start("submit", "--script", "slow.py", cwd=tmp_path)
    read_until(started, "under way")
    assert intel(mini)
    # As a spot instance goes: without a word. The raylet takes the container with it.
    code, _ = run_in(worker, "pkill", "-KILL", "-x", "raylet")
    assert code == 0
    stdout, stderr = read_rest(started, 120)
    assert started.returncode == 0, stderr
    assert f"sum {sum(number * number for number in range(20))}" in stdout.splitlines()

    def is_back() -> bool:
        worker.reload()
        return worker.attrs["State"]["Health"]["Status"] == "healthy" and intel(mini)

    wait_until(is_back, "the worker is started again")
    assert worker.attrs["RestartCount"] > 0


def test_the_stores_data_outlives_it(mini: Mini, bucket: str, tmp_path: Path) -> None:
    mini.s3().put_object(Bucket=bucket, Key="a/b.txt", Body=b"still here")
    store = mini.containers()["object-store"]
    store.restart(timeout=5)

    def is_healthy() -> bool:
        store.reload()
        return bool(store.attrs["State"]["Health"]["Status"] == "healthy")

    wait_until(is_healthy, "the store is healthy again")
    assert mini.s3().get_object(Bucket=bucket, Key="a/b.txt")["Body"].read() == b"still here"
    (tmp_path / "read.py").write_text(READ)
    done = mini.invoke("submit", "--script", "read.py", "--", bucket, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "b'still here'" in done.stdout.splitlines()
