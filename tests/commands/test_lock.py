"""`./invoke lock`, and the lock that is committed."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Sequence
from itertools import pairwise

import pytest
from invoke.context import Context
from packaging.requirements import Requirement

from commands import ROOT
from commands import lock as module

LOCK = (ROOT / "requirements.lock").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NAMED = [
    Requirement(each)
    for group in (PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"].values())
    for each in group
]


@pytest.mark.parametrize(("upgrade", "last"), [(False, []), (True, ["--upgrade"])])
def test_the_lock_is_compiled(
    upgrade: bool, last: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Sequence[str]] = []
    monkeypatch.setattr(module, "run", calls.append)
    module.lock(Context(), upgrade=upgrade)
    assert calls == [[sys.executable, *module.COMPILE, *last]]


@pytest.mark.parametrize("named", NAMED, ids=str)
def test_what_pyproject_names_is_locked(named: Requirement) -> None:
    locked = re.search(rf"^{re.escape(named.name)}==(\S+)", LOCK, re.MULTILINE)
    assert locked, "./invoke lock brings it in"
    assert named.specifier.contains(locked[1])


def test_every_group_is_locked() -> None:
    groups = [after for flag, after in pairwise(module.COMPILE) if flag == "--group"]
    assert groups == list(PROJECT["dependency-groups"])


def test_every_package_has_hashes() -> None:
    packages = re.findall(r"^\S+==", LOCK, re.MULTILINE)
    hashed = re.findall(r"^\S+==.* \\\n    --hash=sha256:[0-9a-f]{64}", LOCK, re.MULTILINE)
    assert len(packages) == len(hashed) > 0


def test_nothing_of_a_machine_is_in_it() -> None:
    assert LOCK.splitlines()[1] == "#    ./invoke lock"
    lines = LOCK.splitlines()
    assert not [
        line for line in lines if "://" in line or "index-url" in line or "find-links" in line
    ]
