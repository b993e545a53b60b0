"""`./invoke submit`: what it refuses, and what it has the cluster run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from invoke.context import Context
from invoke.exceptions import Exit

from cluster import jobs
from cluster.jobs import Job
from cluster.launched import remember
from commands import state
from commands.submit import WORKLOADS, after_dashes, submit
from tests.cluster.test_launched import ONE
from tests.workloads.programs import run


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Job]:
    """The jobs that a cluster which is only remembered was given; each ends with 3."""
    jobs_given: list[Job] = []

    def run(_launched: object, job: Job, _tell: object) -> int:
        jobs_given.append(job)
        return 3

    monkeypatch.setattr(jobs, "run", run)
    monkeypatch.setenv(state.VARIABLE, str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    remember(state.folder(), ONE)
    return jobs_given


@pytest.mark.parametrize(
    ("workload", "options", "said"),
    [
        ("text.clena", {}, "'text.clena' is no workload: choose aggregate.labels, "),
        ("nowhere.py", {"script": True}, "there is no file nowhere.py to run"),
        ("arches", {"folder": "nowhere"}, "--folder nowhere is no folder"),
    ],
)
def test_misuse_is_told_and_nothing_is_run(
    given: list[Job], workload: str, options: dict[str, object], said: str
) -> None:
    with pytest.raises(Exit) as told:
        submit(Context(), workload, **options)
    assert told.value.code == 2
    assert (told.value.message or "").startswith(f"error: {said}")
    assert given == []


@pytest.mark.parametrize("name", WORKLOADS)
def test_each_workload_is_a_program_that_says_how_it_is_used(name: str) -> None:
    done = run("-m", *WORKLOADS[name].split(), "--help")
    assert done.returncode == 0, done.stderr
    assert f"usage: python -m {WORKLOADS[name]}" in done.stdout


def test_with_nothing_launched_it_says_how_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(state.VARIABLE, str(tmp_path))
    with pytest.raises(Exit) as told:
        submit(Context(), "arches")
    assert told.value.code == 2
    assert told.value.message == (
        "error: no cluster is launched: ./invoke launch starts one on this machine"
    )


def test_arguments_stay_apart_and_the_exit_code_is_passed_on(
    given: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = ["submit", "text.clean", "--", "s3://a/b c", "s3://a/d", "--", "$x"]
    monkeypatch.setattr(sys, "argv", typed)
    with pytest.raises(Exit) as told:
        submit(Context(), "text.clean", subcluster="graviton", at_once=8)
    assert told.value.code == 3
    (job,) = given
    assert job.command == "python -m workloads.text clean 's3://a/b c' s3://a/d -- '$x'"
    assert job.variables == {"RAY_ON_AWS_SUBCLUSTER": "graviton", "RAY_ON_AWS_AT_ONCE": "8"}
    assert job.folder is None


def test_a_function_takes_its_module_along(
    given: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["submit"])
    Path("mine.py").touch()
    with pytest.raises(Exit):
        submit(Context(), "mine:clean")
    assert given[0].variables == {}
    assert given[0].command == "python -m workloads.files mine:clean"
    assert given[0].folder is not None


def test_without_dashes_there_are_no_arguments() -> None:
    assert after_dashes(["submit", "arches"]) == []
    assert after_dashes(["submit", "arches", "--"]) == []
