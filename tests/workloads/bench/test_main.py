"""`python -m workloads.bench`, on a Ray cluster of three nodes with a real S3 server, or not."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from errors import UsageError
from tests.workloads.bench.clusters import RunningCluster, environment, running_cluster
from tests.workloads.bench.processes import wait_until
from tests.workloads.servers import NOWHERE, Server, aws_environment
from workloads.bench import remote
from workloads.bench.case import Case
from workloads.bench.settings import Settings
from workloads.files import s3
from workloads.files.places import Folder

SIZE = 2_000_000
ROWS = SIZE // 1000
INPUT = "bench/input/text-letters-2000-rows-seed-7"
MAKING = f"making the input: {ROWS:,} rows of letters, kept for next time"


@dataclass(frozen=True)
class Job:
    """A call that has ended, and what the workers of each subcluster were seen at."""

    done: subprocess.CompletedProcess[str]
    work: Mapping[str, set[str]]

    @property
    def cases(self) -> list[Case]:
        (line,) = self.done.stdout.splitlines()
        found = remote.cases(line)
        assert found is not None
        return found


def settings(storage: str, **changes: object) -> Settings:
    chosen = Settings(
        workloads=["text.clean"],
        kinds=["letters"],
        size=SIZE,
        scale="tiny it is",
        seed=7,
        peers=False,
        engines=["ours", "baseline", "floor"],
        repeats=1,
        results=Path("unused"),
        output=None,
        storage=Folder.of(storage),
        target="rehearsal",
    )
    return replace(chosen, **changes)  # type: ignore[arg-type]


def call(
    *arguments: str, variables: dict[str, str], cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workloads.bench", *arguments],
        env=environment(variables),
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )


@pytest.fixture(scope="module")
def cluster(server: Server) -> Iterator[RunningCluster]:
    with running_cluster(server.environment()) as running:
        yield running


@pytest.fixture(scope="module")
def storage() -> str:
    """A folder in a bucket that is not there yet."""
    return f"s3://bucket-{uuid.uuid4().hex[:12]}/bench"


@pytest.fixture(scope="module")
def first(server: Server, cluster: RunningCluster, storage: str) -> Job:
    """All engines, on a subcluster."""
    return job(server, cluster, settings(storage, subcluster="intel"))


@pytest.fixture(scope="module")
def second(first: Job, server: Server, cluster: RunningCluster, storage: str) -> Job:
    """The floor, after that, on the whole cluster."""
    assert first.done.returncode == 0, first.done.stderr
    return job(server, cluster, settings(storage, engines=["floor"]))


def job(server: Server, cluster: RunningCluster, wanted: Settings) -> Job:
    variables = server.environment() | {"RAY_ADDRESS": cluster.address}
    with cluster.work_seen() as work:
        done = call(*remote.arguments(wanted), variables=variables)
    return Job(done, work)


def work_of_ours(seen: Collection[str]) -> set[str]:
    """Without workers that begin or idle, and those that read the footers for Ray Data.

    The latter are actors without a CPU, which Ray 2.60 spreads over all nodes, whatever it is told.
    """
    at_work = {name for name in seen if name.startswith("ray::")} - {"ray::IDLE"}
    return {name for name in at_work if not name.startswith("ray::FooterReader")}


def test_all_engines_are_measured_on_a_cluster(first: Job) -> None:
    assert first.done.returncode == 0, first.done.stderr
    assert [(case.engine, case.phase) for case in first.cases] == [
        (engine, phase)
        for engine in ("ours", "baseline", "floor")
        for phase in ("start", "cold", "warm")
    ]
    for case in first.cases:
        assert (case.workload, case.kind) == ("text.clean", "letters")
        assert (case.target, case.scale, case.storage) == ("rehearsal", "tiny it is", "s3")
        assert len(case.measurements) == 1
        if case.phase != "start":
            assert case.measurements[0].rows == ROWS
            assert case.bytes_out > SIZE * 1.5


def test_results_are_compared_on_a_cluster_too(first: Job) -> None:
    (comparison,) = [case.comparison for case in first.cases if case.comparison]
    assert (comparison.rows_compared, comparison.rows_differing) == (ROWS, 0)


def test_what_is_done_is_told_in_lines(first: Job) -> None:
    told = [line for line in first.done.stderr.splitlines() if "(raylet)" not in line]
    assert told[:3] == [
        "connecting to the cluster, and waiting for a free CPU of it",
        MAKING,
        "text.clean, letters, ours: starting and warming up",
    ]
    assert told[-1].startswith("text.clean, letters, floor: run 1 of 1, ")


def test_only_the_subcluster_works(first: Job, second: Job) -> None:
    # Ours, the floor, and the baseline.
    tasks = {"ray::MapBatches(_run)", "ray::_run", "ray::MapBatches(_clean_rows)->Write"}
    assert tasks <= first.work["intel"]
    assert work_of_ours(first.work["amd"]) == set()
    assert "ray::_run" in second.work["amd"]


def test_the_machine_is_the_nodes_that_take_part(first: Job, second: Job) -> None:
    assert {case.machine.vcpus for case in first.cases} == {1}
    assert {case.machine.vcpus for case in second.cases} == {2}
    one, both = first.cases[0].machine, second.cases[0].machine
    assert (one.cpu, one.arch, one.kernel) == (both.cpu, both.arch, both.kernel)
    assert both.memory_bytes == 2 * one.memory_bytes


def test_what_the_nodes_use_is_measured(first: Job) -> None:
    for case in first.cases:
        assert case.cpu_seconds >= 0
        if case.phase == "start":
            continue
        # The driver, the raylet and its agents, and the worker of the node.
        assert case.peak_rss_bytes > 1.5 * case.peak_process_rss_bytes > 100_000_000
    cold = next(case for case in first.cases if (case.engine, case.phase) == ("ours", "cold"))
    # The worker, which is no child of the driver's, has loaded libraries.
    assert cold.cpu_seconds > 1


def test_the_time_of_tasks_is_split_where_it_is_told(first: Job) -> None:
    for case in first.cases:
        told = min(vars(case.split).values())
        assert (told > 0) == (case.engine in ("ours", "floor") and case.phase != "start")


@pytest.mark.usefixtures("second")
def test_output_is_removed_and_input_kept(server: Server, storage: str, set_aws: object) -> None:
    assert callable(set_aws)
    set_aws(server.environment())
    bucket = storage.removeprefix("s3://").partition("/")[0]
    names = [name for name, _, _ in s3.objects(bucket)]
    assert len(names) == 8
    assert all(name.startswith(f"{INPUT}/part-") for name in names)


def test_input_is_made_once(first: Job, second: Job) -> None:
    assert second.done.returncode == 0, second.done.stderr
    assert MAKING in first.done.stderr
    assert "making the input" not in second.done.stderr


def test_a_subcluster_without_nodes_is_not_waited_for_without_end(
    server: Server, cluster: RunningCluster, storage: str
) -> None:
    impatient = (
        "import sys; from workloads.bench import __main__ as program, cluster; "
        "cluster.SECONDS_FOR_A_NODE = 2; sys.exit(program.main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", impatient, *remote.arguments(settings(storage, subcluster="arm"))],
        env=environment(server.environment() | {"RAY_ADDRESS": cluster.address}),
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == (
        "error: the cluster has had no free CPU in the subcluster 'arm' for 2 s: "
        "look at `ray status`; its subclusters are amd, intel"
    )


def test_a_job_that_is_stopped_removes_its_output(bucket: str, server: Server) -> None:
    wanted = settings(f"{bucket}/bench", engines=["floor"], repeats=1000)
    with subprocess.Popen(
        [sys.executable, "-m", "workloads.bench", *remote.arguments(wanted)],
        env=environment(server.environment()),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        wait_until(lambda: "output" in written_to(bucket), 300)
        process.terminate()
        out, told = process.communicate(timeout=100)
    assert (process.returncode, out) == (130, "")
    assert told.splitlines()[-1] == "interrupted"
    assert written_to(bucket) == {"input"}


def written_to(bucket: str) -> set[str]:
    """The folders of a benchmark in a bucket."""
    names = [name for name, _, _ in s3.objects(f"{bucket.removeprefix('s3://')}/bench")]
    return {name.partition("/")[0] for name in names}


def test_a_folder_of_this_machine_does_without_a_cluster(tmp_path: Path) -> None:
    wanted = ["--engines=floor", "--bytes=200000", "--kind=mixed", "--workload=text.clean"]
    done = call(*wanted, "--repeats=2", variables={}, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    cases = Job(done, {}).cases
    assert [(case.phase, case.target) for case in cases] == [
        (phase, "local") for phase in ("start", "cold", "warm")
    ]
    assert (len(cases[-1].measurements), cases[-1].scale) == (2, "200000 bytes")
    assert len(list((tmp_path / "results/input").iterdir())) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--engines", "pandas"], "'pandas' is no engine"),
        (["--engines", "duckdb", "--storage", "s3://bucket/bench"], "on one machine and its own"),
        (["--kind", "prose"], "'prose' is no kind of text"),
        (["--workload", "text.dance"], "'text.dance' is no workload"),
        (["--workload", "nowhere:nothing"], "there is no module 'nowhere'"),
        (["--scale", "huge"], "'huge' is no scale"),
        (["--storage", "folder"], "is not in S3: write --storage s3://BUCKET/PREFIX"),
        (["--subcluster", "intel"], "there is no cluster to have a subcluster"),
    ],
)
def test_misuse_ends_in_a_sentence(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = call(*arguments, variables=aws_environment(NOWHERE), cwd=tmp_path)
    (line,) = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert line.startswith("error: ")
    assert said in line
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_does_not_answer_ends_in_a_sentence() -> None:
    variables = aws_environment(NOWHERE) | {"RAY_ADDRESS": "127.0.0.1:9"}
    done = call(*remote.arguments(settings("s3://bucket/bench")), variables=variables)
    (line,) = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert line.startswith("error: s3://bucket/bench: the store cannot be reached")


def test_no_job_is_made_of_peers() -> None:
    for changes in ({"peers": True}, {"engines": ["ours", "polars"]}):
        with pytest.raises(UsageError, match="on one machine and its own files only"):
            remote.arguments(settings("s3://bucket/bench", **changes))
