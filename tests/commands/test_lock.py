"""`./invoke lock`, and the lock that is committed."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Sequence
from itertools import pairwise

import pytest
from invoke.context import Context
from invoke.exceptions import Exit
from packaging.requirements import Requirement

from commands import ROOT
from commands import lock as module

LOCK = (ROOT / module.ALL).read_text()
RUNTIME = (ROOT / module.RUNTIME).read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NAMED = [
    Requirement(each)
    for group in (PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"].values())
    for each in group
]


@pytest.mark.parametrize(("upgrade", "newest"), [(False, []), (True, ["--upgrade"])])
def test_the_lock_is_compiled_and_from_it_that_of_the_image(
    upgrade: bool, newest: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Sequence[str]] = []
    monkeypatch.setattr(module, "run", calls.append)
    module.lock(Context(), upgrade=upgrade)
    compiled = [sys.executable, *module.COMPILE, "--output-file"]
    assert calls == [
        [*compiled, module.ALL, *module.GROUPS, *newest],
        [*compiled, module.RUNTIME, "--constraint", module.ALL, "--upgrade"],
    ]


def test_the_first_failure_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Sequence[str]] = []

    def fail(argv: Sequence[str]) -> int:
        calls.append(argv)
        return 3

    monkeypatch.setattr(module, "run", fail)
    with pytest.raises(Exit) as caught:
        module.lock(Context())
    assert (caught.value.code, len(calls)) == (3, 1)


def test_the_image_has_what_a_node_needs_in_the_same_versions() -> None:
    everything, runtime = packages(LOCK), packages(RUNTIME)
    assert set(runtime) <= set(everything)
    named = {Requirement(one).name for one in PROJECT["project"]["dependencies"]}
    there = {name for name, _ in runtime}
    assert named <= there
    assert {"polars", "duckdb", "daft", "docker", "pytest"}.isdisjoint(there)


@pytest.mark.parametrize("named", NAMED, ids=str)
def test_what_pyproject_names_is_locked(named: Requirement) -> None:
    locked = re.search(rf"^{re.escape(named.name)}==(\S+)", LOCK, re.MULTILINE)
    assert locked, "./invoke lock brings it in"
    assert named.specifier.contains(locked[1])


def test_every_group_is_locked() -> None:
    groups = [after for flag, after in pairwise(module.GROUPS) if flag == "--group"]
    assert groups == list(PROJECT["dependency-groups"])


@pytest.mark.parametrize("lock", [LOCK, RUNTIME], ids=[module.ALL, module.RUNTIME])
def test_every_package_has_hashes(lock: str) -> None:
    hashed = re.findall(r"^\S+==.* \\\n    --hash=sha256:[0-9a-f]{64}", lock, re.MULTILINE)
    assert len(packages(lock)) == len(hashed) > 0


@pytest.mark.parametrize("lock", [LOCK, RUNTIME], ids=[module.ALL, module.RUNTIME])
def test_nothing_of_a_machine_is_in_it(lock: str) -> None:
    lines = lock.splitlines()
    assert lines[1] == "#    ./invoke lock"
    assert not [
        line for line in lines if "://" in line or "index-url" in line or "find-links" in line
    ]


def packages(lock: str) -> list[tuple[str, str]]:
    """Name and version of each package of a lock; some have another version elsewhere."""
    return re.findall(r"^([^\s=]+)==(\S+)", lock, re.MULTILINE)
