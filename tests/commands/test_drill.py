"""`./invoke drill`: what it refuses, and what comes of a verdict."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from invoke.context import Context
from invoke.exceptions import Exit

from cluster.launched import remember
from commands import drill as command
from commands import state
from commands.drill import MODULES, drill
from commands.drilling import stage
from commands.drilling.outcome import Check, Outcome
from errors import ServiceError, UsageError
from tests.cluster.test_launched import ONE
from tests.commands.drilling.facts import facts

UNFIT = "no-capacity"


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("quake", {}, "'quake' is no drill: choose placement, stampede, idle, node-loss"),
        ("idle,quake", {}, "'quake' is no drill: choose placement"),
        ("idle,all", {}, "'all' is no drill: choose placement"),
        ("idle", {"tasks": -1}, "--tasks -1: give 1 or more"),
        ("idle", {"times": 0}, "--times 0: give 1 or more, for drills that are named"),
        ("all", {"times": 2}, "--times 2: give 1 or more, for drills that are named"),
        ("idle", {"seconds": "soon"}, "--seconds is 'soon', and should be a number"),
        ("idle", {"notice": "-1"}, "--notice is -1, and should be a number above 0"),
        ("idle", {"target": "aws"}, "the cluster that is launched is of target compose, not aws"),
        ("idle", {}, "drills act on instances of EC2, and a mini-cluster has none"),
    ],
)
def test_misuse_is_a_sentence(kept: Path, name: str, options: dict[str, Any], said: str) -> None:
    remember(kept, ONE)
    with pytest.raises(Exit) as told:
        drill(Context(), name, **options)
    assert told.value.code == 2
    assert (told.value.message or "").startswith(f"error: {said}")


@pytest.mark.usefixtures("kept")
def test_with_nothing_launched_it_says_so() -> None:
    with pytest.raises(Exit) as told:
        drill(Context(), "idle")
    assert told.value.code == 2
    assert "./invoke launch" in (told.value.message or "")


@pytest.mark.parametrize("name", MODULES)
def test_each_drill_says_what_it_does_and_what_is_to_be_seen(name: str) -> None:
    module = command._module(name)
    assert name == module.NAME
    assert module.DOES
    assert module.EXPECTS
    assert isinstance(module.run, Callable)  # type: ignore[arg-type]


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kept: Path) -> list[str]:
    """The drills that were run, on a stage that is none; `idle` fails, and one does not fit."""
    ran: list[str] = []

    def module(name: str) -> ModuleType:
        def run(*_: object) -> Outcome:
            ran.append(name)
            check = Check(what="it", target="1", seen="1", holds=name != "idle")
            return Outcome(drill=name, checks=[check], figures={}, runs=[facts()])

        told = SimpleNamespace(DOES="does", EXPECTS="that", run=run)
        if name == UNFIT:
            told.fits = lambda _stage: "no fleet"
        return told  # type: ignore[return-value]

    remember(kept, ONE)
    monkeypatch.setattr(command, "RESULTS", tmp_path)
    monkeypatch.setattr(command, "_module", module)
    monkeypatch.setattr(stage, "stage", lambda near, _role: SimpleNamespace(launched=near))
    return ran


def test_a_verdict_that_holds_ends_well_and_leaves_report_picture_and_json(
    played: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drill(Context(), "node-loss")
    assert played == ["node-loss"]
    folder = tmp_path / "drills" / "node-loss"
    assert {one.name for one in folder.iterdir()} == {
        "report.md",
        "picture.png",
        "node-loss.json",
    }
    assert json.loads((folder / "node-loss.json").read_text())["verdict"] == "holds"
    assert "drill node-loss: the verdict holds" in capsys.readouterr().out


def test_the_report_goes_where_it_is_told_to(played: list[str], tmp_path: Path) -> None:
    drill(Context(), "stampede", folder=str(tmp_path / "mine"))
    assert played == ["stampede"]
    assert (tmp_path / "mine" / "stampede" / "report.md").exists()


def test_all_runs_every_drill_and_names_those_that_failed(
    played: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Exit) as told:
        drill(Context(), "all")
    fitting = [name for name in MODULES if name != UNFIT]
    assert played == fitting
    assert told.value.code == 1
    assert told.value.message == "error: the verdict of idle fails; see above"
    said = capsys.readouterr().out
    assert f"drill {UNFIT} is left out: no fleet" in said
    assert f"{len(fitting) - 1} of {len(fitting)} drills hold" in said
    # One report, with the drills' own beside it.
    report = (tmp_path / "drills" / "report.md").read_text()
    assert report.startswith(f"# Drills: {len(fitting) - 1} of {len(fitting)} hold\n")
    assert f"{UNFIT} is left out: no fleet." in report
    for name in fitting:
        assert f"({name}/report.md)" in report
        assert (tmp_path / "drills" / name / "picture.png").exists()
    verdicts = {one["drill"]: one["verdict"] for one in read_all(tmp_path)}
    assert verdicts == dict.fromkeys(MODULES, "holds") | {"idle": "fails", UNFIT: "left out"}


def test_one_that_breaks_off_fails_and_the_others_are_run(
    played: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = command._module

    def breaks(name: str) -> ModuleType:
        found = module(name)
        if name == "stampede":

            def run(*_: object) -> Outcome:
                raise ServiceError("EC2 does not answer")

            found.run = run  # type: ignore[attr-defined]
        return found

    monkeypatch.setattr(command, "_module", breaks)
    with pytest.raises(Exit) as told:
        drill(Context(), "all")
    assert told.value.message == "error: the verdict of stampede, idle fails; see above"
    assert played == [name for name in MODULES if name not in (UNFIT, "stampede")]
    folder = tmp_path / "drills" / "stampede"
    # There is nothing to be drawn.
    assert {one.name for one in folder.iterdir()} == {"report.md", "stampede.json"}
    (check,) = json.loads((folder / "stampede.json").read_text())["checks"]
    assert (check["holds"], check["seen"]) == (False, "no: EC2 does not answer")


def read_all(folder: Path) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads((folder / "drills" / "all.json").read_text())
    return told


def test_drills_on_a_mini_cluster_say_what_they_need() -> None:
    with pytest.raises(UsageError, match="--target rehearsal --cluster spot"):
        stage.stage(ONE, "")
    assert state.REHEARSAL == "rehearsal"


def test_drills_run_again_and_again_by_turns(
    played: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drill(Context(), "node-loss, spot-reclaim", times=3)
    assert played == ["node-loss", "spot-reclaim"] * 3
    folder = tmp_path / "drills"
    runs = [f"{name}/run-{number:02d}" for number in (1, 2, 3) for name in played[:2]]
    for run in runs:
        assert (folder / run / "picture.png").exists()
    told = json.loads((folder / "runs.json").read_text())
    assert [(one["run"], one["verdict"]) for one in told] == [(run, "holds") for run in runs]
    report = (folder / "report.md").read_text()
    assert report.startswith("# Drills run again and again: 6 of 6 runs hold\n")
    assert all(f"[{run}]({run}/report.md) | holds" in report for run in runs)
    assert "6 of 6 runs hold\nreport: " in capsys.readouterr().out


def test_one_run_that_fails_is_enough(
    played: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Exit) as told:
        drill(Context(), "idle,placement", times=2)
    assert played == ["idle", "placement"] * 2
    assert (told.value.code, told.value.message) == (
        1,
        "error: the verdict of idle fails; see above",
    )
    assert "2 of 4 runs hold" in capsys.readouterr().out
