"""`python -m workloads.bench.architectures`, on a Ray cluster of two pools with an S3 server."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.workloads.bench.clusters import RunningCluster, environment, running_cluster
from tests.workloads.servers import NOWHERE, Server, aws_environment
from workloads.bench import remote
from workloads.bench.case import Case
from workloads.bench.settings import Settings
from workloads.files import s3
from workloads.files.places import Folder

SIZE = 500_000
ROUNDS = 2


@dataclass(frozen=True)
class Job:
    """A call that has ended, and what the workers of each pool were seen at."""

    done: subprocess.CompletedProcess[str]
    work: Mapping[str, set[str]]

    @property
    def cases(self) -> list[Case]:
        (line,) = self.done.stdout.splitlines()
        found = remote.cases(line)
        assert found is not None
        return found

    @property
    def told(self) -> list[str]:
        return [line for line in self.done.stderr.splitlines() if line.startswith("text.")]


def settings(storage: str) -> Settings:
    return Settings(
        workloads=["text.generate", "text.clean"],
        kinds=["mixed"],
        size=SIZE,
        scale="tiny",
        seed=7,
        peers=False,
        engines=["ours"],
        repeats=ROUNDS,
        results=Path("unused"),
        output=None,
        storage=Folder.of(storage),
        target="rehearsal",
        subcluster="intel",
    )


def call(*arguments: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workloads.bench.architectures", *arguments],
        env=environment(variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )


@pytest.fixture(scope="module")
def storage() -> str:
    """A folder in a bucket that is not there yet."""
    return f"s3://bucket-{uuid.uuid4().hex[:12]}/bench"


@pytest.fixture(scope="module")
def cluster(server: Server) -> Iterator[RunningCluster]:
    with running_cluster(server.environment()) as running:
        yield running


@pytest.fixture(scope="module")
def job(server: Server, cluster: RunningCluster, storage: str) -> Job:
    """Two workloads on two pools, one of which is measured with two numbers of CPUs."""
    variables = server.environment() | {"RAY_ADDRESS": cluster.address}
    with cluster.work_seen() as work:
        done = call(
            *remote.arguments(settings(storage)), "intel=1,2,2", "amd=1", variables=variables
        )
    return Job(done, work)


def test_each_pool_is_measured_with_each_number_of_cpus(job: Job) -> None:
    assert job.done.returncode == 0, job.done.stderr
    assert [(one.workload, one.subcluster, one.machine.vcpus) for one in job.cases] == [
        (workload, *share)
        for workload in ("text.generate", "text.clean")
        for share in (("intel", 2), ("intel", 1), ("amd", 1))
    ]
    for case in job.cases:
        assert (case.engine, case.phase, case.kind) == ("ours", "warm", "mixed")
        assert (case.target, case.scale, case.storage) == ("rehearsal", "tiny", "s3")
        assert len(case.measurements) == ROUNDS
        assert {one.rows for one in case.measurements} == {SIZE // 1000}
        assert case.mb_per_s > 0
        assert (case.files_in, case.price) == (8, None)


def test_each_pool_works_alone(job: Job) -> None:
    assert job.done.returncode == 0, job.done.stderr
    for seen in job.work.values():
        assert "ray::MapBatches(_run)" in seen
    # The input is made by the pool that was named.
    assert "ray::_run" in job.work["intel"]
    assert "ray::_run" not in job.work["amd"]


def test_pools_have_turns_and_none_is_always_first(job: Job) -> None:
    rounds = [
        line for line in job.told if line.startswith("text.clean, mixed, ") and ": round" in line
    ]
    turns = [line.removeprefix("text.clean, mixed, ").partition(" MB/s")[0] for line in rounds]
    assert [line.rpartition(",")[0] for line in turns] == [
        "intel: round 1 of 2, 2 vCPUs",
        "intel: round 1 of 2, 1 vCPUs",
        "amd: round 1 of 2, 1 vCPUs",
        "amd: round 2 of 2, 1 vCPUs",
        "intel: round 2 of 2, 2 vCPUs",
        "intel: round 2 of 2, 1 vCPUs",
    ]


def test_what_pools_made_is_compared(job: Job) -> None:
    compared = {
        (one.workload, one.subcluster): one.comparison for one in job.cases if one.comparison
    }
    assert compared.keys() == {("text.clean", "amd")}
    (comparison,) = compared.values()
    assert (comparison.rows_compared, comparison.rows_differing) == (SIZE // 1000, 0)


@pytest.mark.usefixtures("job")
def test_output_is_removed_and_input_kept(server: Server, storage: str, set_aws: object) -> None:
    assert callable(set_aws)
    set_aws(server.environment())
    bucket = storage.removeprefix("s3://").partition("/")[0]
    names = [name for name, _, _ in s3.objects(bucket)]
    assert {name.split("/")[1] for name in names} == {"input"}
    assert len(names) == 8


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["intel=1"], "pools are nodes of a cluster: set RAY_ADDRESS, and name --storage"),
        (["intel"], "'intel' is no pool with numbers of CPUs: write it as intel=32,26"),
        (["intel=1,x"], "'intel=1,x' is no pool with numbers of CPUs"),
        (["=1"], "'=1' is no pool"),
        (["intel=0"], "'intel=0' is no pool"),
        (["--workload", "text.dance", "intel=1"], "'text.dance' is no workload"),
    ],
)
def test_misuse_ends_in_a_sentence(arguments: list[str], said: str) -> None:
    done = call(*arguments, variables=aws_environment(NOWHERE))
    (line,) = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert line.startswith(f"error: {said}")
