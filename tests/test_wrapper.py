"""The wrapper `./invoke`, run for real in copies that lock little more than uv and Invoke."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from commands import ROOT

CLOSED_PORT = "http://127.0.0.1:9/simple"
NO_INDEX = {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_FIND_LINKS": "",
    "PIP_INDEX_URL": CLOSED_PORT,
    "PIP_RETRIES": "1",
}
TASKS = """
from importlib.util import find_spec
from pathlib import Path
from invoke.tasks import task

@task
def where(_context, json="out.json"):
    print(Path(json).resolve())

@task
def has(_context, module):
    print(find_spec(module) is not None)
"""


def repository(folder: Path, *packages: str) -> Path:
    """A copy of what the wrapper needs, with only these packages in its lock."""
    (folder / "commands").mkdir(parents=True)
    shutil.copy(ROOT / "invoke", folder)
    for module in ("__init__.py", "program.py"):
        shutil.copy(ROOT / "commands" / module, folder / "commands")
    (folder / "tasks.py").write_text(TASKS)
    write_lock(folder, *packages)
    return folder


def write_lock(folder: Path, *packages: str) -> None:
    whole = (ROOT / "requirements.lock").read_text()
    parts = [re.search(rf"^{name}==.*(\n +--hash.*)+", whole, re.M) for name in packages]
    (folder / "requirements.lock").write_text("".join(f"{part[0]}\n" for part in parts if part))


def environ(**changes: str) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTHON", "PYTHONPATH", "RAY_ON_AWS_VENV"}
    }
    return inherited | changes


def call(
    wrapper: Path, *args: str, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [wrapper, *args],
        cwd=cwd or wrapper.parent,
        env=env or environ(),
        capture_output=True,
        text=True,
        check=False,
    )


def start(wrapper: Path) -> subprocess.Popen[str]:
    """A call in a process group of its own, as a terminal makes one."""
    return subprocess.Popen(
        [wrapper, "where"],
        cwd=wrapper.parent,
        env=environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def fake_python(folder: Path, name: str, startup: str) -> None:
    """A Python that runs these lines first, to pass for another one."""
    site = folder / f"{name}.site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(startup)
    program = folder / name
    program.write_text(f"#!/bin/sh\nPYTHONPATH='{site}' exec '{sys.executable}' \"$@\"\n")
    program.chmod(0o755)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A repository in a path with a space, after two first calls at once, and their stderrs."""
    folder = repository(tmp_path_factory.mktemp("a folder") / "the repository", "uv", "invoke")
    calls = [start(folder / "invoke") for _ in range(2)]
    ends = [each.communicate(timeout=300) for each in calls]
    assert [each.returncode for each in calls] == [0, 0], ends
    return folder, [stderr for _, stderr in ends]


def test_two_first_calls_at_once_make_one_environment(made: tuple[Path, list[str]]) -> None:
    making, waiting = sorted(made[1])
    assert re.fullmatch(r"making .*, once: about 2 packages for Python 3\..*\n", making)
    assert waiting == "waiting for another call that is making the environment\n"


def test_a_later_call_says_nothing_of_its_own(made: tuple[Path, list[str]]) -> None:
    again = call(made[0] / "invoke", "where")
    assert (again.returncode, again.stderr) == (0, "")


def test_a_relative_path_means_the_callers_folder(
    made: tuple[Path, list[str]], tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(os.path.relpath(made[0] / "invoke", tmp_path))
    done = call(link, "where", "--json", "here.json", cwd=tmp_path)
    assert done.stdout.strip() == str(tmp_path / "here.json")


def test_files_in_the_callers_folder_are_not_imported(
    made: tuple[Path, list[str]], tmp_path: Path
) -> None:
    for name in ("commands.py", "invoke.py", "random.py", "tasks.py"):
        (tmp_path / name).write_text("raise SystemExit('imported')")
    done = call(made[0] / "invoke", "where", cwd=tmp_path)
    assert done.stdout.strip() == str(tmp_path / "out.json")


def test_the_tasks_exit_code_is_the_calls(made: tuple[Path, list[str]]) -> None:
    assert call(made[0] / "invoke", "nonsense").returncode == 2


def test_a_changed_lock_is_followed(made: tuple[Path, list[str]]) -> None:
    folder = made[0]
    for packages, has in (["uv", "invoke", "iniconfig"], "True"), (["uv", "invoke"], "False"):
        write_lock(folder, *packages)
        done = call(folder / "invoke", "has", "iniconfig")
        assert done.stdout.strip() == has
        assert done.stderr == f"requirements.lock changed: updating {folder}/.venv\n"


def test_an_environment_whose_python_is_gone_is_made_anew(made: tuple[Path, list[str]]) -> None:
    python = made[0] / ".venv/bin/python"
    python.unlink()
    python.symlink_to("/nonexistent/python")
    done = call(made[0] / "invoke", "where")
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("making ")


def break_off(wrapper: Path, by: signal.Signals) -> subprocess.Popen[str]:
    """A first call that is ended while it makes the environment."""
    broken_off = start(wrapper)
    give_up = time.monotonic() + 60
    while not (wrapper.parent / ".venv/pyvenv.cfg").exists() and time.monotonic() < give_up:
        time.sleep(0.02)
    os.killpg(broken_off.pid, by)
    return broken_off


def test_the_call_after_a_killed_one_repairs(tmp_path: Path) -> None:
    wrapper = repository(tmp_path / "repository", "uv", "invoke") / "invoke"
    assert break_off(wrapper, signal.SIGKILL).wait(60) == -signal.SIGKILL
    assert call(wrapper, "where").returncode == 0


def test_an_interrupted_call_says_so(tmp_path: Path) -> None:
    wrapper = repository(tmp_path / "repository", "uv", "invoke") / "invoke"
    interrupted = break_off(wrapper, signal.SIGINT)
    _, stderr = interrupted.communicate(timeout=60)
    assert interrupted.returncode == 130
    assert stderr.splitlines()[1:] == ["interrupted: the next call makes the environment anew"]
    assert not (wrapper.parent / ".venv/requirements.lock").exists()


def test_pip_takes_over_where_uv_reaches_no_index(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repository", "uv", "invoke")
    no_index = environ(UV_DEFAULT_INDEX=CLOSED_PORT, UV_HTTP_RETRIES="0", UV_NO_CACHE="1")
    done = call(folder / "invoke", "where", env=no_index)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[1].startswith("uv cannot install the packages")


def test_no_network(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repository", "uv", "invoke")
    done = call(folder / "invoke", "where", env=environ(**NO_INDEX))
    assert done.returncode == 1
    error = done.stderr.splitlines()[1]
    assert error.startswith("error: the package index cannot be reached")
    log = Path(error.rsplit(" ", 1)[1])
    assert "ERROR" in log.read_text()


def test_every_python_is_too_old(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repository", "uv")
    fake_python(tmp_path, "python3", "import sys; sys.version_info = (3, 8, 18, 'final', 0)")
    done = call(folder / "invoke", env=environ(PATH=str(tmp_path)))
    assert done.returncode == 2
    assert "Python 3.11 or newer is needed and was not found, only python3 (3.8.18):" in done.stderr
    assert done.stderr.count("\n") == 1


def test_no_python_at_all(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repository", "uv")
    done = call(folder / "invoke", env=environ(PATH=str(tmp_path)))
    assert done.returncode == 2
    assert "was not found: install it" in done.stderr


def test_a_python_without_venv(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repository", "uv")
    fake_python(tmp_path, "python3.12", "import sys; sys.modules['ensurepip'] = None")
    done = call(folder / "invoke", env=environ(PATH=str(tmp_path)))
    assert done.returncode == 1
    assert done.stderr.startswith("error: python3.12 cannot make environments")
    assert re.search(r"apt-get install python3\.\d+-venv\)", done.stderr)


def test_a_python_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repository", "uv")
    shim = tmp_path / "python3.11"
    shim.write_text("#!/bin/sh\necho 'no such version' >&2\nexit 127\n")
    shim.chmod(0o755)
    fake_python(tmp_path, "python3.12", "")
    path = f"{tmp_path}:/usr/bin:/bin"
    nowhere = call(folder / "invoke", env=environ(PATH=path, RAY_ON_AWS_VENV="/dev/null/venv"))
    assert "cannot write /dev/null/venv" in nowhere.stderr


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repository", "uv")
    done = call(folder / "invoke", env=environ(RAY_ON_AWS_VENV="/dev/null/venv"))
    assert done.returncode == 1
    assert done.stderr == (
        "error: cannot write /dev/null/venv: "
        "set RAY_ON_AWS_VENV=/a/writable/folder and call again\n"
    )


def test_a_folder_of_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repository", "uv")
    precious = tmp_path / "work/precious.txt"
    precious.parent.mkdir()
    precious.write_text("mine")
    done = call(folder / "invoke", cwd=tmp_path, env=environ(RAY_ON_AWS_VENV="work"))
    assert done.returncode == 2
    assert f"{tmp_path}/work was not made by ./invoke" in done.stderr
    assert [each.name for each in precious.parent.iterdir()] == ["precious.txt"]
