"""`python -m workloads.tune`, as a job on a Ray cluster with a real S3 server runs it."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workloads.bench.clusters import RunningCluster, environment, running_cluster
from tests.workloads.servers import Server
from workloads.bench import settings as bench
from workloads.files import s3
from workloads.files.places import Folder
from workloads.tune import remote
from workloads.tune.settings import Settings

SECONDS = 15.0


def settings(storage: str | None, **changes: object) -> Settings:
    chosen = {
        "workloads": ["text.clean"],
        "kinds": ["letters"],
        "size": 1_000_000,
        "scale": "tiny",
        "seed": 7,
        "peers": False,
        "engines": [],
        "repeats": None,
        "results": Path("unused"),
        "output": None,
        "storage": Folder.of(storage) if storage else None,
        "target": "rehearsal",
    } | changes
    return Settings(bench.Settings(**chosen), SECONDS, ["at_once"])  # type: ignore[arg-type]


def call(wanted: Settings, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workloads.tune", remote.argument(wanted)],
        env=environment(variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )


@pytest.fixture(scope="module")
def cluster(server: Server) -> Iterator[RunningCluster]:
    with running_cluster(server.environment()) as running:
        yield running


def test_on_a_cluster_its_nodes_together_are_tuned(
    server: Server, cluster: RunningCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = f"bucket-{uuid.uuid4().hex[:12]}"
    variables = server.environment() | {"RAY_ADDRESS": cluster.address}
    done = call(settings(f"s3://{bucket}/bench"), variables)
    assert done.returncode == 0, done.stderr
    [line] = done.stdout.splitlines()
    result = remote.result(line)
    assert result is not None
    assert (result.target, result.machine.vcpus, result.files) == ("rehearsal", 2, 8)
    assert {curve.field for curve in result.curves} <= {"at_once"}
    assert list(result.defaults) == ["workloads.text:clean"]
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    s3._client.cache_clear()
    kept = Folder(f"s3://{bucket}").files()
    assert {file.name.split("/")[1] for file in kept} == {"input"}


def test_a_cluster_needs_storage_in_common(cluster: RunningCluster) -> None:
    done = call(settings(None), {"RAY_ADDRESS": cluster.address})
    assert done.returncode == 2
    assert "the nodes of a cluster have no folder in common" in done.stderr
    assert done.stdout == ""
