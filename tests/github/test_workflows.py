"""What of the workflows can break without any of them running."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from invoke.parser import Parser

from commands import ROOT
from commands.process import program
from commands.program import TaskProgram
from tasks import namespace

FOLDER = ROOT / ".github"
WORKFLOWS = sorted(FOLDER.glob("workflows/*.yml"))
ACTIONS = sorted(FOLDER.glob("actions/*/action.yml"))
RUNNERS = {"ubuntu-24.04", "ubuntu-24.04-arm"}
# The events that publish images: not pull requests, nor calls by hand.
PUBLISHES = "github.event_name == 'push' || github.event_name == 'schedule'"

workflows = pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
all_files = pytest.mark.parametrize(
    "file", [*WORKFLOWS, *ACTIONS], ids=lambda file: str(file.relative_to(FOLDER))
)


def load(file: Path) -> dict[str, Any]:
    # YAML 1.1 reads `on` as true.
    content: dict[Any, Any] = yaml.safe_load(file.read_text())
    return {"on" if key is True else str(key): value for key, value in content.items()}


def jobs(file: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = load(file)["jobs"]
    return found


def steps(file: Path) -> list[dict[str, Any]]:
    content = load(file)
    holders = content["jobs"].values() if "jobs" in content else [content["runs"]]
    return [step for holder in holders for step in holder["steps"]]


SCRIPTS = [step["run"] for file in (*WORKFLOWS, *ACTIONS) for step in steps(file) if "run" in step]
CALLS = [
    line
    for script in SCRIPTS
    for line in script.replace("\\\n", " ").splitlines()
    if "./invoke" in line
]


def test_there_are_workflows_actions_and_calls() -> None:
    assert {file.stem for file in WORKFLOWS} == {"images", "lint", "tests"}
    assert ACTIONS
    assert any(call.startswith("./invoke build ") for call in CALLS)


@all_files
def test_actions_are_pinned_by_commit_or_lie_here(file: Path) -> None:
    for line in file.read_text().splitlines():
        if "uses:" not in line:
            continue
        used = line.split("uses:")[1].strip()
        if used.startswith("./"):
            assert (ROOT / used / "action.yml").exists()
        else:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used)


def test_an_action_has_one_commit_everywhere() -> None:
    used = {
        step["uses"] for file in (*WORKFLOWS, *ACTIONS) for step in steps(file) if "uses" in step
    }
    names = [each.split("@")[0] for each in used]
    assert len(names) == len(set(names))


@workflows
def test_permissions_are_empty_but_for_what_a_job_says(file: Path) -> None:
    assert load(file)["permissions"] == {}
    for job in jobs(file).values():
        assert job["permissions"]["contents"] == "read"
        assert set(job["permissions"]) <= {"contents", "packages"}


@workflows
def test_only_what_a_push_or_the_schedule_starts_may_write(file: Path) -> None:
    assert set(load(file)["on"]) <= {"pull_request", "push", "schedule", "workflow_dispatch"}
    assert load(file)["on"]["push"]["branches"] == ["main"]
    for job in jobs(file).values():
        if "write" in job["permissions"].values():
            gate = job if "if" in job else jobs(file)[job["needs"]]
            assert gate["if"] == PUBLISHES


def test_pull_requests_push_nothing() -> None:
    for name, job in jobs(FOLDER / "workflows/images.yml").items():
        pushes = any("push" in step.get("run", "") for step in job["steps"])
        assert pushes == ("packages" in job["permissions"]), name


@workflows
def test_every_job_has_a_limit_and_a_known_runner(file: Path) -> None:
    for job in jobs(file).values():
        assert 0 < job["timeout-minutes"] <= 120
        if job["runs-on"] != "${{ matrix.runner }}":
            assert job["runs-on"] in RUNNERS
        elif isinstance(job["strategy"]["matrix"], dict):
            assert set(job["strategy"]["matrix"]["runner"]) <= RUNNERS


@workflows
def test_a_pull_request_cancels_its_older_runs(file: Path) -> None:
    assert load(file)["concurrency"] == {
        "group": "${{ github.workflow }}-${{ github.ref }}",
        "cancel-in-progress": "${{ github.event_name == 'pull_request' }}",
    }


@workflows
def test_the_token_is_not_left_in_the_clone(file: Path) -> None:
    for step in steps(file):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"] == {"persist-credentials": False}


@all_files
def test_scripts_run_in_bash_which_stops_at_a_failure_in_a_pipe(file: Path) -> None:
    default = load(file).get("defaults", {}).get("run", {}).get("shell")
    assert {step.get("shell", default) for step in steps(file) if "run" in step} <= {"bash"}


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_take_values_from_the_environment_alone(script: str) -> None:
    assert "${{" not in script


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_pass_shellcheck(script: str) -> None:
    if (shellcheck := program("shellcheck")) is None:
        pytest.skip("shellcheck is not on this machine")
    subprocess.run([shellcheck, "--shell=bash", "-"], input=script, text=True, check=True)


@pytest.mark.parametrize("call", CALLS)
def test_tasks_are_called_as_they_are(call: str) -> None:
    start, *argv = shlex.split(call)
    assert start == "./invoke"
    if argv[0] in {"build", "push"} - set(namespace.task_names):
        pytest.skip(f"there is no task {argv[0]} yet")
    parser = Parser(contexts=namespace.to_contexts(), initial=TaskProgram().initial_context)
    # An option that the task has not ends the parsing; a second task is a value without an option.
    contexts = parser.parse_argv(argv)
    assert len(contexts) == (1 if argv[0].startswith("-") else 2)
