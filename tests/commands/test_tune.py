"""`./invoke tune`: what it refuses, what it keeps, and what an interrupted one leaves."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from invoke.context import Context
from invoke.exceptions import Exit

from cluster import jobs
from cluster.jobs import Job
from cluster.launched import remember
from commands import state
from commands import tune as module
from tests.cluster.test_launched import ONE
from tests.workloads.tune.builders import CLEAN, MIB, STAYS, result
from workloads.bench import settings as bench
from workloads.files import profiles
from workloads.files.places import Folder
from workloads.files.profiles import here, read
from workloads.tune import remote, tuner
from workloads.tune.result import Result
from workloads.tune.settings import Settings


@dataclass
class Tuned:
    """Stands in for the tuner: keeps what it was asked for, and has results at once."""

    results: Sequence[Result]
    asked: list[Settings] = field(default_factory=list)
    interrupt: bool = False

    def tune(self, settings: Settings, _tell: object) -> Iterator[Result]:
        self.asked.append(settings)
        yield from self.results
        if self.interrupt:
            raise KeyboardInterrupt


@pytest.fixture
def tuned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Tuned:
    found = Tuned([result(STAYS, workload="text.generate"), result()])
    monkeypatch.setattr(tuner, "tune", found.tune)
    monkeypatch.setattr(module, "RESULTS", tmp_path / "results")
    monkeypatch.setenv(profiles.VARIABLE, str(tmp_path / "profiles"))
    monkeypatch.chdir(tmp_path)
    return found


@pytest.mark.parametrize(
    ("workload", "options", "said"),
    [
        ("sound", {}, "'sound' is no workload: choose text, text.generate, text.clean"),
        ("no_such_module:f", {}, "there is no module 'no_such_module'"),
        ("text", {"scale": "huge"}, "'huge' is no scale: choose one of smoke, small"),
        ("text", {"kind": "prose"}, "'prose' is no kind of text: choose letters, mixed"),
        ("text", {"bytes": -1}, "--bytes cannot be negative"),
        ("text", {"minutes": 0}, "--minutes is to be more than 0"),
        ("text", {"only": "threads"}, "'threads' cannot be tuned: choose cpus, at_once"),
        ("text", {"source": "in"}, "text.generate, text.clean is tuned on the data of the"),
        ("text", {"subcluster": "intel"}, "--subcluster is of a cluster, and this is target local"),
        ("text", {"target": "compose"}, "no cluster is launched: ./invoke launch starts one"),
    ],
)
def test_misuse_is_told_before_anything_is_measured(
    tuned: Tuned, tmp_path: Path, workload: str, options: dict[str, object], said: str
) -> None:
    with pytest.raises(Exit) as told:
        module.tune(Context(), workload, **options)
    assert told.value.code == 2
    message = told.value.message or ""
    assert message.startswith(f"error: {said}")
    assert "\n" not in message
    assert tuned.asked == []
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_told_before_anything_is_measured(
    tuned: Tuned, tmp_path: Path
) -> None:
    with pytest.raises(Exit, match=r"cannot write .*: Is a directory; name another file"):
        module.tune(Context(), "text", json=str(tmp_path))
    assert tuned.asked == []


def test_options_say_what_to_tune(tuned: Tuned, tmp_path: Path) -> None:
    module.tune(Context(), "text")
    usual = bench.Settings(
        workloads=["text.generate", "text.clean"],
        kinds=[],
        size=256_000_000,
        scale="small",
        seed=0,
        peers=False,
        engines=[],
        repeats=None,
        results=tmp_path / "results",
        output=None,
    )
    module.tune(
        Context(),
        "json:loads",
        bytes=1234,
        kind="mixed",
        seed=5,
        minutes=0.5,
        only="cpus, batch_bytes",
        source="in",
        output="here",
    )
    own = replace(
        usual,
        workloads=["json:loads"],
        kinds=["mixed"],
        size=1234,
        scale="1234 bytes",
        seed=5,
        output=tmp_path / "here",
    )
    source = Folder(str(tmp_path / "in"))
    assert tuned.asked == [
        Settings(usual, 240.0, []),
        Settings(own, 30.0, ["cpus", "batch_bytes"], source),
    ]


def test_what_is_found_is_kept_and_shown(
    tuned: Tuned,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["program", "tune", "text", "--json", "out.json"])
    module.tune(Context(), "text", json="out.json")
    folder = tmp_path / "profiles" / here().place
    profile = read(folder / "workloads.text.clean.json")
    assert profile.tuning == {"batch_bytes": 4 * MIB}
    assert json.loads(profile.file.read_text())["command"] == "./invoke tune text --json out.json"
    assert {file.name for file in folder.iterdir()} == {
        *("text.clean.md", "text.clean.png", "text.generate.md", "text.generate.png"),
        "workloads.text.clean.json",
    }
    told = json.loads(Path("out.json").read_text())
    assert [Result.from_dict(one) for one in told] == list(tuned.results)
    shown = capsys.readouterr().out
    assert f"text.clean: batch size ({CLEAN})\n" in shown
    assert "4 MB   784   1.12           1.07 to 1.17  8       512" in shown
    assert "text.generate: the defaults stay: nothing that was tried was clearly faster." in shown
    assert "It is 99.9% sure to be faster." in shown
    assert f"profile: {profile.file}\nreport: {folder / 'text.clean.md'}\n" in shown


def test_ctrl_c_leaves_what_was_done_before_it_whole(
    tuned: Tuned, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tuned.results = [result()]
    tuned.interrupt = True
    with pytest.raises(Exit) as told:
        module.tune(Context(), "text.clean,text.generate", json="out.json")
    assert (told.value.code, told.value.message) == (130, "interrupted")
    folder = tmp_path / "profiles" / here().place
    assert read(folder / "workloads.text.clean.json").tuning == {"batch_bytes": 4 * MIB}
    assert not Path("out.json").exists()
    assert "It is 99.9% sure to be faster." in capsys.readouterr().out


class Cluster:
    """Stands in for the jobs of a cluster that is only remembered."""

    def __init__(self, lines: Sequence[str], code: int = 0) -> None:
        self.given: list[Job] = []
        self._lines = lines
        self._code = code

    def run(self, _launched: object, job: Job, tell: Callable[[str], None]) -> int:
        self.given.append(job)
        for line in self._lines:
            tell(line)
        return self._code


def on_cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cluster: Cluster) -> None:
    monkeypatch.setattr(jobs, "run", cluster.run)
    monkeypatch.setenv(state.VARIABLE, str(tmp_path / "state"))
    remember(state.folder(), ONE)


def test_on_a_cluster_it_is_a_job_and_kept_for_that_cluster(
    tuned: Tuned,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cluster = Cluster(["how long does it take?", remote.line(result())])
    on_cluster(monkeypatch, tmp_path, cluster)
    module.tune(Context(), "text.clean", minutes=2.0)
    [job] = cluster.given
    assert job.command.startswith("python -m workloads.tune '{")
    [word] = [part for part in job.command.split("'") if part.startswith("{")]
    settings = remote.settings(word, Path("/there"))
    assert settings.seconds == 120.0
    assert settings.bench.storage == Folder("s3://ray-on-aws/bench")
    assert (settings.bench.target, settings.bench.subcluster) == ("compose", "intel")
    file = tmp_path / "profiles" / "compose-a-cluster-intel" / "workloads.text.clean.json"
    assert read(file).tuning == {"batch_bytes": 4 * MIB}
    assert tuned.asked == []
    assert "how long does it take?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lines", "code", "said"),
    [
        (["error: no"], 1, "the job that tunes on the cluster ended with 1; see above"),
        ([], 0, "the job that tunes on the cluster gave no result; see above"),
    ],
)
@pytest.mark.usefixtures("tuned")
def test_a_job_that_fails_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lines: list[str], code: int, said: str
) -> None:
    on_cluster(monkeypatch, tmp_path, Cluster(lines, code))
    with pytest.raises(Exit) as told:
        module.tune(Context(), "text.clean")
    assert (told.value.code, told.value.message) == (1, f"error: {said}")


@pytest.mark.usefixtures("tuned")
def test_on_a_cluster_nothing_is_written_here_while_measuring(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    on_cluster(monkeypatch, tmp_path, Cluster([]))
    with pytest.raises(Exit, match="--output is of target local"):
        module.tune(Context(), "text.clean", output="here")
