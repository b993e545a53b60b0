"""`./invoke test`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from invoke.context import Context
from invoke.exceptions import Exit

from commands import ROOT
from commands import test as module
from commands.test import APART


def test_a_path_means_the_callers_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls: list[Sequence[str]] = []
    monkeypatch.setattr(module, "run", calls.append)
    monkeypatch.chdir(tmp_path)
    module.test(Context(), select="one or two", path=["test_a.py::test_one"])
    pytest_at = [sys.executable, "-m", "pytest"]
    assert calls == [[*pytest_at, "-k", "one or two", f"{tmp_path}/test_a.py::test_one"]]


def test_folders_that_embed_ray_have_a_process_each(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Sequence[str]] = []

    def run(argv: Sequence[str]) -> int:
        calls.append(argv[3:])
        return 0

    monkeypatch.setattr(module, "run", run)
    module.test(Context())
    assert calls == [[f"--ignore={one}" for one in APART], *[[one] for one in APART]]
    assert all((ROOT / one).is_dir() for one in APART)


@pytest.mark.parametrize(
    ("codes", "worst"), [([0, 1, 0], 1), ([5, 2], 2), ([5, 5], 5), ([0], 0), ([0, 5], 0)]
)
def test_the_exit_code_is_passed_on(
    monkeypatch: pytest.MonkeyPatch, codes: list[int], worst: int
) -> None:
    left = [*codes, *[codes[-1]] * len(APART)]
    monkeypatch.setattr(module, "run", lambda _argv: left.pop(0))
    if worst == 0:
        module.test(Context())
        return
    with pytest.raises(Exit) as told:
        module.test(Context())
    assert (told.value.code, told.value.message) == (worst, None)
