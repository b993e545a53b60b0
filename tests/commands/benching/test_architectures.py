"""`./invoke bench --cluster architectures`: the job that it runs, and what comes of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from invoke.context import Context
from invoke.exceptions import Exit

from cluster import jobs
from cluster.jobs import Job
from cluster.launched import Launched, remember
from cluster.nodes import Node
from commands import bench as module
from commands import state
from commands.benching import architectures
from tests.commands.benching.clusters import MINI, MINIS, NODES, remote
from tests.workloads.bench.architectures.made import NOISE, measured
from workloads.bench import remote as line
from workloads.bench.case import Case

SPEEDS = {"intel": 10.0, "amd": 10.0, "graviton": 10.0}
NAMED = {(name, "=") for name in SPEEDS}


class There:
    """Stands in for a cluster: its nodes, and a job that has results at once."""

    def __init__(self, launched: Launched, nodes: Sequence[Node]) -> None:
        self.launched = launched
        self.nodes = nodes
        self.jobs: list[Job] = []

    def run(self, _launched: Launched, job: Job, tell: object) -> int:
        self.jobs.append(job)
        assert callable(tell)
        tell("text.clean, letters, intel: round 1 of 5")
        tell(line.line(self.cases(job.command.split())))
        return 0

    def cases(self, words: Sequence[str]) -> list[Case]:
        """What pools did that the words name, as `amd=32,23`."""
        shares = [one.split("=") for one in words if one.partition("=")[:2] in NAMED]
        return [
            self.as_there(measured(name, int(vcpus), SPEEDS[name] * int(vcpus), noise=NOISE))
            for name, each in shares
            for vcpus in each.split(",")
        ]

    def as_there(self, case: Case) -> Case:
        arch = "arm64" if case.subcluster == "graviton" else "amd64"
        return replace(case, target=self.launched.target, machine=replace(case.machine, arch=arch))


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> There:
    """The cluster of `architectures` on EC2, as far as this machine can tell."""
    found = There(remote(), NODES)
    monkeypatch.setattr(jobs, "run", found.run)
    monkeypatch.setattr(architectures, "nodes", lambda _near: found.nodes)
    # There is no way to it, and none is needed.
    monkeypatch.setattr(architectures, "reached", lambda launched: _Here(launched))
    monkeypatch.setattr(module, "RESULTS", tmp_path / "results")
    monkeypatch.setenv(state.VARIABLE, str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    remember(state.folder(), found.launched)
    return found


class _Here:
    def __init__(self, launched: Launched) -> None:
        self.launched = launched

    def __enter__(self) -> Launched:
        return self.launched

    def __exit__(self, *_error: object) -> None:
        pass


def test_pools_are_measured_by_a_job_and_the_best_is_chosen(
    there: There, capsys: pytest.CaptureFixture[str]
) -> None:
    module.bench(
        Context(), workload="text.clean", cluster="architectures", json="out.json", report="a.html"
    )
    (job,) = there.jobs
    words = job.command.split()
    assert words[:3] == ["python", "-m", "workloads.bench.architectures"]
    # In the order of their names; as many as the dollars of Graviton buy.
    assert words[-3:] == ["amd=32,23", "graviton=32", "intel=32,26"]
    told = dict(zip(words[3:-3:2], words[4:-3:2], strict=True))
    assert (told["--engines"], told["--repeats"], told["--target"]) == ("ours", "5", "aws")
    assert "--subcluster" not in told
    shown = capsys.readouterr()
    assert (
        "text.clean, letters: choose graviton, which does 1.23 times as much as intel" in shown.out
    )
    assert "A vCPU is half a core of intel (c7i.4xlarge) and a whole core of amd" in shown.out
    assert shown.out.endswith("report: a.html\n")
    assert "text.clean, letters, intel: round 1 of 5" in shown.err
    rows = json.loads(Path("out.json").read_text())
    assert len(rows) == 6
    assert all(row["usd_per_tb"] > row["usd_per_tb_spot"] > 0 for row in rows)
    assert {(row["subcluster"], row["arch"]) for row in rows} == {
        *(("intel", "amd64"), ("amd", "amd64"), ("graviton", "arm64"))
    }
    assert "<svg" in Path("a.html").read_text()


def test_on_a_rehearsal_everything_is_done_and_nothing_ranked(
    there: There, capsys: pytest.CaptureFixture[str]
) -> None:
    there.launched = remote("rehearsal")
    remember(state.folder(), there.launched)
    module.bench(
        Context(), workload="text.clean", cluster="architectures", json="out.json", report="a.html"
    )
    words = there.jobs[0].command.split()
    assert words[-3:] == ["amd=32,23", "graviton=32", "intel=32,26"]
    assert "--subcluster" in words
    shown = capsys.readouterr().out
    assert "there is nothing to choose, as no pool was measured on what it is named after" in shown
    assert "graviton is not comparable: its nodes are arm64, which this machine emulates" in shown
    rows = json.loads(Path("out.json").read_text())
    assert {(row["comparable"], row["usd_per_tb"]) for row in rows} == {(False, None)}


def test_on_the_mini_cluster_there_are_no_dollars(
    there: There, capsys: pytest.CaptureFixture[str]
) -> None:
    there.launched, there.nodes = MINI, MINIS
    remember(state.folder(), MINI)
    module.bench(Context(), workload="text.clean", cluster="architectures", repeats=2)
    words = there.jobs[0].command.split()
    assert words[-2:] == ["graviton=1", "intel=1"]
    assert words[words.index("--repeats") + 1] == "2"
    shown = capsys.readouterr().out
    assert (
        "Nothing was measured at equal dollars: no price is known of graviton and intel." in shown
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"target": "local"}, "--cluster architectures compares the pools of a cluster that is"),
        ({"peers": True}, "--cluster measures ours on every pool: leave out --peers"),
        ({"engines": "ours,floor"}, "--cluster measures ours on every pool"),
        ({"subcluster": "intel"}, "--cluster measures ours on every pool"),
        ({"output": "here"}, "--output is of target local"),
        ({"cluster": "spot"}, "the cluster that is launched is of architectures, not spot"),
        ({"cluster": "nothing"}, ""),
    ],
)
def test_misuse_is_told_and_nothing_is_run(
    there: There, tmp_path: Path, options: dict[str, object], said: str
) -> None:
    with pytest.raises(Exit) as told:
        module.bench(Context(), **{"cluster": "architectures", **options})
    assert told.value.code == 2
    assert (told.value.message or "").startswith(f"error: {said}")
    assert there.jobs == []
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_one_pool_alone_is_told_before_a_job_is_run(there: There) -> None:
    there.nodes = [one for one in NODES if one.subcluster in ("", "amd")]
    with pytest.raises(Exit, match="there is nothing to compare"):
        module.bench(Context(), cluster="architectures")
    assert there.jobs == []
