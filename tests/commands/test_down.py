"""`./invoke down`, and what stays: a cluster launched, scaled, taken away, and launched again."""

from __future__ import annotations

from pathlib import Path

import pytest

from images.engine import Engine
from tests.cluster.minis import Mini, project

LAST = "taken away: nothing else is left"


def test_down_with_nothing_there_is_no_failure(engine: Engine, tmp_path: Path) -> None:
    mini = Mini("ray-on-aws-test-nothing", tmp_path, engine)
    for _ in range(2):
        done = mini.invoke("down")
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == ["there was nothing to take away"]


@pytest.mark.usefixtures("built")
def test_a_cluster_is_scaled_and_the_users_data_outlives_it(engine: Engine, tmp_path: Path) -> None:
    native = "graviton" if engine.arch == "arm64" else "intel"
    others = ["--amd64", "0"] if engine.arch == "arm64" else ["--arm64", "0"]
    with project(tmp_path, engine) as mini:
        done = mini.invoke("launch", f"--{engine.arch}", "2", *others)
        assert done.returncode == 0, done.stderr
        assert sum(native in line for line in done.stdout.splitlines()) == 2
        mini.s3().create_bucket(Bucket="ray-on-aws")
        mini.s3().put_object(Bucket="ray-on-aws", Key="mine.txt", Body=b"mine")

        done = mini.invoke("down")
        assert done.returncode == 0, done.stderr
        stays = "the data stays, for the next launch: ./invoke down --volumes deletes it"
        assert done.stdout.splitlines() == [stays, LAST]
        assert mini.left() == [f"{mini.name}_data"]
        assert mini.invoke("status").returncode == 2

        done = mini.invoke("launch", f"--{engine.arch}", "1", *others)
        assert done.returncode == 0, done.stderr
        content = mini.s3().get_object(Bucket="ray-on-aws", Key="mine.txt")["Body"].read()
        assert content == b"mine"
        mini.s3().delete_object(Bucket="ray-on-aws", Key="mine.txt")
        mini.s3().put_object(Bucket="ray-on-aws", Key="bench/input/a", Body=b"made again")

        done = mini.invoke("down")
        assert (done.returncode, done.stdout.splitlines()) == (0, [LAST]), done.stderr
        assert mini.left() == []
