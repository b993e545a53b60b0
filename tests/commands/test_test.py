"""`./invoke test`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from invoke.context import Context
from invoke.exceptions import Exit

from commands import test as module


def test_a_path_means_the_callers_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls: list[Sequence[str]] = []
    monkeypatch.setattr(module, "run", calls.append)
    monkeypatch.chdir(tmp_path)
    module.test(Context(), select="one or two", path=["test_a.py::test_one"])
    pytest_at = [sys.executable, "-m", "pytest"]
    assert calls == [[*pytest_at, "-k", "one or two", f"{tmp_path}/test_a.py::test_one"]]


def test_the_exit_code_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "run", lambda _argv: 5)
    with pytest.raises(Exit) as told:
        module.test(Context())
    assert (told.value.code, told.value.message) == (5, None)
