"""`./invoke bench`: what it refuses, what it writes, and what an interrupted one leaves."""

from __future__ import annotations

import contextlib
import filecmp
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGTERM

import pytest
from invoke.context import Context
from invoke.exceptions import Exit

from cluster import jobs
from cluster.jobs import Job
from cluster.launched import remember
from commands import ROOT, state
from commands import bench as module
from errors import ServiceError
from tests.cluster.test_launched import ONE
from tests.workloads.bench import builders
from tests.workloads.bench.builders import MACHINE, case
from tests.workloads.bench.processes import alive, family, wait_until
from tests.workloads.tune.builders import CLEAN, MIB, result
from workloads.bench import catalogue, harness, remote
from workloads.bench.case import Case
from workloads.bench.catalogue import entries
from workloads.bench.harness import Tell
from workloads.bench.settings import Settings
from workloads.files import profiles
from workloads.files.tuning import TUNING
from workloads.tune.keep import keep

KEYS = {"workload", "engine", "phase", "mb_per_s", "bytes_in", "peak_rss_bytes", "target", "commit"}
KEYS |= {"arch", "usd_per_tb", "usd_per_tb_spot", "instance_type"}
PARTS = ("cluster", "commands", "workloads", "errors.py", "tasks.py", "invoke", "requirements.lock")
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - looked at, not written to


class Measured:
    """Stands in for the harness: keeps what it was asked for, and has results at once."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.cases = cases
        self.asked: list[Settings] = []

    def run(self, settings: Settings, _tell: Tell) -> Sequence[Case]:
        self.asked.append(settings)
        return self.cases


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Measured:
    found = Measured([case(), case("floor")])
    monkeypatch.setattr(harness, "run", found.run)
    monkeypatch.setattr(module, "RESULTS", tmp_path / "results")
    monkeypatch.chdir(tmp_path)
    return found


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"scale": "huge"}, "'huge' is no scale: choose one of smoke, small, medium, large"),
        ({"kind": "prose"}, "'prose' is no kind of text: choose letters, mixed"),
        ({"kind": "letters,"}, "'' is no kind of text: choose letters, mixed"),
        ({"workload": "sound"}, "'sound' is no workload: choose text, text.generate, text.clean"),
        ({"workload": "no_such_module:f"}, "there is no module 'no_such_module'"),
        ({"workload": "math:tau_squared"}, "module 'math' has no function 'tau_squared'"),
        ({"workload": ":f"}, "':f' does not name a function: write module:function"),
        ({"bytes": -1}, "--bytes cannot be negative"),
        ({"repeats": -1}, "--repeats cannot be negative"),
        ({"engines": "ours,pandas"}, "'pandas' is no engine: choose ours, baseline, floor"),
        ({"engines": "daft", "workload": "text.generate"}, "text.generate on letters, mixed is"),
        ({"subcluster": "intel"}, "--subcluster is of a cluster, and this is target local"),
        ({"target": "compose"}, "no cluster is launched: ./invoke launch starts one"),
    ],
)
def test_misuse_is_told_before_anything_is_measured(
    measured: Measured, tmp_path: Path, options: dict[str, str], said: str
) -> None:
    with pytest.raises(Exit) as told:
        module.bench(Context(), json="out.json", **options)
    assert told.value.code == 2
    message = told.value.message or ""
    assert message.startswith(f"error: {said}")
    assert "\n" not in message
    assert measured.asked == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["json", "report"])
@pytest.mark.parametrize(
    ("place", "why"), [("folder", "Is a directory"), ("file/below.json", "Not a directory")]
)
def test_a_file_that_cannot_be_written_is_told_before_anything_is_measured(
    measured: Measured, tmp_path: Path, option: str, place: str, why: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(Exit) as told:
        module.bench(Context(), **{option: place})
    assert told.value.code == 1
    assert told.value.message == f"error: cannot write {place}: {why}; name another file"
    assert measured.asked == []


def test_a_file_is_not_harmed_before_there_is_another(
    measured: Measured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(_settings: Settings, _tell: Tell) -> Sequence[Case]:
        raise ServiceError("no luck")

    monkeypatch.setattr(harness, "run", fail)
    old = tmp_path / "old.json"
    old.write_text("[]")
    with pytest.raises(Exit, match="no luck"):
        module.bench(Context(), json="old.json", report="new/page.html")
    assert old.read_text() == "[]"
    assert list((tmp_path / "new").iterdir()) == []
    assert measured.asked == []


def test_options_say_what_to_measure(measured: Measured, tmp_path: Path) -> None:
    module.bench(Context())
    usual = Settings(
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
    module.bench(
        Context(),
        workload="text.clean",
        bytes=1234,
        kind="mixed, letters",
        seed=5,
        peers=True,
        engines="ours, floor",
        repeats=2,
        output="here",
    )
    own = replace(
        usual,
        workloads=["text.clean"],
        kinds=["mixed", "letters"],
        size=1234,
        scale="1234 bytes",
        seed=5,
        peers=True,
        engines=["ours", "floor"],
        repeats=2,
        output=tmp_path / "here",
    )
    assert measured.asked == [usual, own]


def test_all_workloads_are_measured_and_who_is_not_installed_is_left_out(
    measured: Measured, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(catalogue, "_lacking", lambda name: "gone" if name == "spark" else "")
    module.bench(Context(), workload="all", peers=True)
    module.bench(Context(), workload="dedup, text.clean", kind="")
    wanted = [one.workloads for one in measured.asked]
    assert {name.partition(".")[0] for name in wanted[0]} == {
        *("text", "image", "audio", "embed", "dedup", "aggregate")
    }
    assert wanted[1] == ["dedup.exact", "dedup.minhash", "text.clean"]
    assert capsys.readouterr().err.count("note: spark is left out: gone\n") == 1


def test_rows_say_what_a_terabyte_costs_where_that_is_known(measured: Measured) -> None:
    types = ("c7a.4xlarge",)
    measured.cases = [case(machine=replace(MACHINE, instance_types=types)), builders.start()]
    module.bench(Context(), json="out.json", report="page.html", region="eu-west-1")
    row, begun = json.loads(Path("out.json").read_text())
    assert row["usd_per_tb"] > row["usd_per_tb_spot"] > 0
    assert (row["arch"], row["instance_type"]) == ("amd64", "c7a.4xlarge")
    assert row["price"]["source"].startswith("eu-west-1: ")
    assert (begun["usd_per_tb"], begun["usd_per_tb_spot"]) == (None, None)
    assert "USD/TB" in Path("page.html").read_text()
    measured.cases = [case(machine=replace(MACHINE, instance_types=()))]
    module.bench(Context(), json="out.json")
    (row,) = json.loads(Path("out.json").read_text())
    assert [row[key] for key in ("usd_per_tb", "usd_per_tb_spot", "instance_type")] == [None] * 3


@pytest.mark.parametrize("untuned", [False, True])
def test_ours_goes_by_what_was_found_unless_it_is_not_to(
    measured: Measured, monkeypatch: pytest.MonkeyPatch, untuned: bool
) -> None:
    said: list[str | None] = []

    def run(_settings: Settings, _tell: Tell) -> Sequence[Case]:
        said.append(os.environ.get(TUNING))
        return measured.cases

    monkeypatch.setattr(harness, "run", run)
    module.bench(Context(), untuned=untuned)
    assert said == ["{}" if untuned else None]
    assert TUNING not in os.environ


def test_a_job_on_a_cluster_is_given_what_was_found_there(
    measured: Measured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given: list[Job] = []

    def run(_launched: object, job: Job, tell: Tell) -> int:
        given.append(job)
        tell(remote.line(measured.cases))
        return 0

    monkeypatch.setattr(jobs, "run", run)
    monkeypatch.setenv(state.VARIABLE, str(tmp_path / "state"))
    monkeypatch.setenv(profiles.VARIABLE, str(tmp_path / "profiles"))
    remember(state.folder(), ONE)
    [file] = keep(result(), "compose-a-cluster-intel", "")
    for untuned in (False, True):
        module.bench(Context(), workload="text.clean", untuned=untuned)
    found = {CLEAN: {"batch_bytes": 4 * MIB, "from": str(file)}}
    assert [json.loads(job.variables[TUNING]) for job in given] == [found, {}]


def test_the_report_says_how_it_was_made(
    measured: Measured, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["program", "--search-root", "/x", "bench", "--json", "a file.json"]
    monkeypatch.setattr(sys, "argv", argv)
    module.bench(Context(), report="page.html")
    assert "./invoke bench --json &#39;a file.json&#39;" in Path("page.html").read_text()
    assert capsys.readouterr().out.endswith("report: page.html\n")
    monkeypatch.setattr(sys, "argv", ["pytest"])
    module.bench(Context(), report="page.html")
    assert "invoke bench --workload text.clean --scale small" in Path("page.html").read_text()
    assert len(measured.asked) == 2


def test_without_a_name_the_report_is_kept_under_results(
    measured: Measured, tmp_path: Path
) -> None:
    module.bench(Context())
    (page,) = (tmp_path / "results").iterdir()
    assert re.fullmatch(r"bench-\d{8}-\d{6}\.html", page.name)
    assert page.stat().st_size > 1000
    assert len(measured.asked) == 1


@pytest.mark.parametrize("number", [SIGTERM, SIGHUP])
def test_being_told_to_end_is_as_ctrl_c(
    measured: Measured, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    def run(_settings: Settings, _tell: Tell) -> Sequence[Case]:
        signal.raise_signal(number)
        return measured.cases

    def pass_over(_number: int, _frame: object) -> None:
        pass

    monkeypatch.setattr(harness, "run", run)
    before = signal.signal(number, pass_over)
    try:
        with pytest.raises(Exit) as told:
            module.bench(Context())
        assert signal.getsignal(number) is pass_over
    finally:
        signal.signal(number, before)
    assert (told.value.code, told.value.message) == (130, "interrupted")


def test_nohup_is_respected(measured: Measured, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_settings: Settings, _tell: Tell) -> Sequence[Case]:
        signal.raise_signal(SIGHUP)
        return measured.cases

    monkeypatch.setattr(harness, "run", run)
    before = signal.signal(SIGHUP, signal.SIG_IGN)
    try:
        module.bench(Context())
    finally:
        signal.signal(SIGHUP, before)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program, in a path with a space, with results of its own."""
    made_from = Path(sys.prefix) / "requirements.lock"
    if not (
        made_from.exists() and filecmp.cmp(made_from, ROOT / "requirements.lock", shallow=False)
    ):
        pytest.skip(f"{sys.prefix} is not the environment that ./invoke makes")
    folder = tmp_path_factory.mktemp("a folder") / "the repository"
    folder.mkdir()
    for part in PARTS:
        if (ROOT / part).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / part, folder / part, ignore=ignored)
        else:
            shutil.copy(ROOT / part, folder / part)
    return folder


def start(repository: Path, *arguments: str, cwd: Path) -> subprocess.Popen[str]:
    """`./invoke` in a process group of its own, as a terminal makes one."""
    return subprocess.Popen(
        [repository / "invoke", *arguments],
        cwd=cwd,
        env=os.environ | {"RAY_ON_AWS_VENV": sys.prefix, "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_help_explains_every_option(repository: Path, tmp_path: Path) -> None:
    stdout, _ = start(repository, "bench", "--help", cwd=tmp_path).communicate(timeout=60)
    words = " ".join(stdout.split())
    explained = dict(re.findall(r"--(\w+)(?:=\w+)? (.+?)(?= -\w[ ,]|$)", words))
    assert explained.keys() == {
        *("workload", "scale", "bytes", "kind", "seed", "peers", "engines", "repeats"),
        *("untuned", "json", "report", "output", "target", "subcluster", "cluster"),
        *("region", "live"),
    }
    for engine in entries("text.clean", "mixed", peers=True, engines=(), repeats=None):
        assert engine.engine in explained["engines"]
    assert "Options" in stdout


def test_results_are_written_where_the_caller_is(repository: Path, tmp_path: Path) -> None:
    running = start(
        repository,
        *("bench", "--workload", "text.clean", "--kind", "mixed", "--bytes", "200000"),
        *("--repeats", "1", "--json", "out.json", "--report", "page.html"),
        cwd=tmp_path,
    )
    stdout, stderr = running.communicate(timeout=300)
    assert running.returncode == 0, stderr
    assert {path.name for path in tmp_path.iterdir()} == {"out.json", "page.html"}
    assert {path.name for path in (repository / "results").iterdir()} == {"input", "logs"}
    cases = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert [one for one in cases if KEYS - one.keys()] == []
    assert {(one["engine"], one["phase"]) for one in cases} == {
        *(("ours", phase) for phase in ("start", "cold", "warm")),
        *(("baseline", phase) for phase in ("start", "cold", "warm")),
        *(("floor", phase) for phase in ("start", "cold", "warm")),
    }
    assert {one["target"] for one in cases} == {"local"}
    assert {one["scale"] for one in cases} == {"200000 bytes"}
    assert all(one["mb_per_s"] > 0 for one in cases if one["phase"] != "start")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "./invoke bench --workload text.clean --kind mixed --bytes 200000" in page
    assert stdout.startswith("text.clean, mixed\n")
    assert "The same as ours in all 200 rows compared: baseline." in stdout
    assert stdout.endswith("report: page.html\n")
    assert stderr.splitlines()[0] == "making the input: 200 rows of mixed, kept for next time"
    assert stderr.splitlines()[-1].startswith("text.clean, mixed, floor: run 1 of 1, ")


def semaphores(pids: Sequence[int]) -> set[Path]:
    """What processes have in memory for others to see, which outlives them if not removed."""
    found: set[Path] = set()
    for pid in pids:
        with contextlib.suppress(OSError):  # it may have ended
            maps = Path(f"/proc/{pid}/maps").read_text()
            found |= {Path(it) for it in re.findall(rf"{IN_MEMORY}/sem\.mp-\S+", maps)}
    return found


@pytest.mark.skipif(not IN_MEMORY.is_dir(), reason="only Linux has it")
@pytest.mark.parametrize(
    ("at", "options", "number", "to_all"),
    [
        ("text.clean, mixed, ours: run 1", "--engines ours,floor --bytes 200000", SIGINT, True),
        ("text.clean, mixed, floor: run 1", "--engines floor --bytes 200000", SIGTERM, False),
        ("making the input", "--engines floor --bytes 2000000000", SIGINT, False),
    ],
    ids=["ctrl-c", "kill", "ctrl-c while the input is made"],
)
def test_an_interrupted_benchmark_leaves_nothing(
    repository: Path, tmp_path: Path, at: str, options: str, number: signal.Signals, to_all: bool
) -> None:
    before = set(IN_MEMORY.iterdir())
    usual = "bench --workload text.clean --kind mixed --repeats 1000 --json out.json"
    running = start(repository, *usual.split(), *options.split(), cwd=tmp_path)
    assert running.stderr is not None
    assert any(line.startswith(at) for line in running.stderr)
    wait_until(lambda: bool(semaphores(family(running.pid))))
    pids = family(running.pid)
    shared = semaphores(pids) | {
        path for path in set(IN_MEMORY.iterdir()) - before if path.name.startswith("ray-on-aws-")
    }
    assert len(shared) > 1
    if to_all:
        os.killpg(running.pid, number)
    else:
        running.send_signal(number)
    _, stderr = running.communicate(timeout=120)
    assert running.returncode == 130
    assert stderr.splitlines()[-1] == "interrupted"
    assert all(": run " in line for line in stderr.splitlines()[:-1])
    assert alive(pids) == []
    assert [path for path in shared if path.exists()] == []
    assert list(tmp_path.iterdir()) == []
    assert list((repository / "results").glob("*.html")) == []
