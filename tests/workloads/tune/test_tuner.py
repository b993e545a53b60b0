"""Tuning from end to end on the embedded Ray, on as little data as there can be."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from errors import ServiceError, UsageError
from tests.workloads.bench.processes import alive, ctrl_c, family
from tests.workloads.parquet import write_numbers
from workloads.bench import harness, wording
from workloads.bench import settings as bench
from workloads.bench.figures import grouped
from workloads.files import profiles
from workloads.files.places import Folder
from workloads.files.profiles import here
from workloads.tune import outcome, words
from workloads.tune.confirm import MOST_PAIRS
from workloads.tune.keep import keep
from workloads.tune.result import Result
from workloads.tune.settings import Settings
from workloads.tune.tuner import tune

CLEAN, GENERATE = "workloads.text:clean", "workloads.text:generate"
SIZE = 4_000_000
MIB = 2**20
# What it takes grows with the square of a batch, and a large one is too much for it.
OWN = """
import time

def slow_when_cut_large(table):
    if table.nbytes > 3 * 2**20:
        raise MemoryError("too much at a time")
    time.sleep(0.1 * (table.nbytes / 2**20) ** 2)
    return table

def fails(table):
    raise ValueError("no luck")
"""
ROWS = 150_000


def settings(folder: Path, *workloads: str, seconds: float = 30.0, **changes: object) -> Settings:
    """On one kind of text."""
    chosen = bench.Settings(
        workloads=workloads,
        kinds=["letters"],
        size=SIZE,
        scale="tiny",
        seed=7,
        peers=False,
        engines=[],
        repeats=None,
        results=folder / "results",
        output=folder / "output",
    )
    return replace(Settings(chosen, seconds), **changes)  # type: ignore[arg-type]


def silent(_line: str) -> None:
    pass


@dataclass
class Tuned:
    """Text that was tuned: all of it, in little time."""

    folder: Path
    told: list[str]
    results: list[Result]
    before: list[int]


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Tuned:
    folder = tmp_path_factory.mktemp("tuned")
    told: list[str] = []
    before = family(os.getpid())
    wanted = settings(folder, "text.generate", "text.clean", seconds=40.0)
    return Tuned(folder, told, list(tune(wanted, told.append)), before)


@pytest.fixture
def _profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(profiles.VARIABLE, str(tmp_path / "profiles"))


def test_each_workload_is_tuned_by_the_function_that_it_asks_for(text: Tuned) -> None:
    assert [one.workload for one in text.results] == ["text.generate", "text.clean"]
    assert [list(one.defaults) for one in text.results] == [[GENERATE], [CLEAN]]
    for one in text.results:
        assert one.kinds == ("letters",)
        assert one.files == 8
        # A slow machine has no time for more than those that set the pace.
        assert one.runs >= 2
        assert one.mb_per_s > 0
        assert one.target == "local"
        assert (one.machine.cpu, one.machine.vcpus) == (here().cpu, here().vcpus)


def test_what_was_tried_stands_in_the_curves(text: Tuned) -> None:
    fields = [curve.field for one in text.results for curve in one.curves]
    # Whichever there was time for; a single core leaves nothing to do with tasks at once.
    assert set(fields) <= {"at_once", "batch_bytes"}
    for one in text.results:
        for curve in one.curves:
            assert [step.usual for step in curve.steps].count(True) == 1
            assert all(step.peak_bytes > 10_000_000 for step in curve.steps if step.rounds)


def test_a_verdict_is_what_its_figures_say(text: Tuned) -> None:
    for one in text.results:
        verdict = one.verdict
        assert verdict.kept == bool(one.tuning(next(iter(one.defaults))))
        if verdict.kept:
            assert verdict.low is not None
            assert verdict.low > 1
        else:
            assert verdict.why in {
                *(outcome.NO_TIME, outcome.NOTHING_FASTER, outcome.NOT_SURE, outcome.MEMORY),
            }
        assert len(verdict.ratios) == verdict.pairs <= MOST_PAIRS


def test_nothing_is_left_but_input_and_logs(text: Tuned) -> None:
    assert {path.name for path in (text.folder / "results").iterdir()} == {"input", "logs"}
    assert list((text.folder / "output").iterdir()) == []
    assert alive(sorted({*family(os.getpid())} - {*text.before})) == []


@pytest.mark.usefixtures("_profiles")
def test_a_profile_is_used_by_the_benchmark_which_tells_it(text: Tuned) -> None:
    clean = text.results[1]
    won = replace(clean.verdict, kept=True)
    better = {CLEAN: {"batch_bytes": MIB, "row_group_bytes": 8 * MIB}}
    [file] = keep(replace(clean, verdict=won, found=better), here().place, "")
    wanted = settings(text.folder, "text.clean").bench
    wanted = replace(wanted, engines=["ours", "floor"], repeats=1)
    cases = harness.run(wanted, silent)
    fields = {"batch_bytes": MIB, "row_group_bytes": 8 * MIB, "from": str(file)}
    assert {case.engine: case.tuning for case in cases if case.phase == "warm"} == {
        "ours": {CLEAN: fields},
        "floor": {},
    }
    assert cases[-1].as_row()["tuning"] == {}
    [group] = grouped(cases)
    said = f"ours: tuned, 1 MB batches, 8 MB row groups (by {file})."
    assert said in wording.sentences(group)


@pytest.mark.usefixtures("_profiles")
def test_a_profile_of_the_defaults_is_told_too(text: Tuned) -> None:
    clean = text.results[1]
    stays = replace(clean, verdict=replace(clean.verdict, kept=False, why=outcome.NOT_SURE))
    [file] = keep(stays, here().place, "")
    wanted = replace(settings(text.folder, "text.clean").bench, engines=["ours"], repeats=1)
    [group] = grouped(harness.run(wanted, silent))
    assert f"ours: tuned, as by default (by {file})." in wording.sentences(group)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Files of a few megabytes."""
    folder = tmp_path_factory.mktemp("data")
    return Folder.of(write_numbers(folder, {f"{at}.parquet": ROWS for at in range(4)}))


@pytest.fixture
def _own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module of functions in the folder where the user is."""
    (tmp_path / "own_tunables.py").write_text(OWN)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_own")
def test_a_function_of_a_users_is_tuned_on_their_data(tmp_path: Path, data: Folder) -> None:
    name = "own_tunables:slow_when_cut_large"
    wanted = settings(tmp_path, name, seconds=300.0, source=data, fields=["batch_bytes"])
    [result] = tune(wanted, silent)
    assert (result.kinds, result.files) == (("your own",), 4)
    [curve] = result.curves
    outs = {step.value: step.out for step in curve.steps}
    assert "too much at a time" in outs[4 * MIB]
    assert result.verdict.kept, words.sentence(result)
    best = result.tuning(name)["batch_bytes"]
    assert best is not None
    assert best < 2 * MIB


@pytest.mark.usefixtures("_own")
def test_what_is_far_too_slow_is_told(tmp_path: Path, data: Folder) -> None:
    name = "own_tunables:slow_when_cut_large"
    wanted = settings(tmp_path, name, seconds=0.1, source=data)
    with pytest.raises(UsageError, match=r"a run over .* takes .* s, and for --minutes"):
        list(tune(wanted, silent))


@pytest.mark.usefixtures("_own")
def test_work_that_fails_by_default_is_told(tmp_path: Path, data: Folder) -> None:
    with pytest.raises(ServiceError, match="no luck"):
        list(tune(settings(tmp_path, "own_tunables:fails", source=data), silent))
    assert list((tmp_path / "output").iterdir()) == []


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    before = {*family(os.getpid())}

    def interrupt(line: str) -> None:
        if "how long" in line:
            ctrl_c(after=0.5)

    with pytest.raises(KeyboardInterrupt):
        list(tune(settings(tmp_path, "text.clean"), interrupt))
    assert alive(sorted({*family(os.getpid())} - before)) == []
    assert list((tmp_path / "output").iterdir()) == []
