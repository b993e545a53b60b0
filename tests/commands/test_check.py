"""`./invoke check`."""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from invoke.context import Context
from invoke.exceptions import Exit

from commands import ROOT
from commands import check as module
from commands.check import CHECKS, REGISTRIES, Check

GOOD = Check(name="good", argv=("true",), remedy="")
BAD = Check(name="bad", argv=("false",), remedy="mend it")
MISSING = Check(name="missing", argv=("no-such-program",), remedy="")


def test_all_run_when_one_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "CHECKS", (BAD, GOOD))
    with pytest.raises(Exit) as told:
        module.check(Context())
    assert (told.value.code, told.value.message) == (1, "error: 1 of 2 checks failed: bad")
    assert capsys.readouterr().out == "bad     failed: mend it\ngood    passed\n"


def test_a_check_may_pass_with_another_code(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Check(name="one", argv=(sys.executable, "-c", "exit(1)"), remedy="", passes=1)
    monkeypatch.setattr(module, "CHECKS", (one,))
    module.check(Context())


def test_a_program_that_is_not_here_is_said_and_skipped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(module, "CHECKS", (MISSING,))
    module.check(Context())
    assert "skipped: no-such-program is not on this machine" in capsys.readouterr().out


def test_ci_skips_nothing_that_it_could_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(module, "CHECKS", (MISSING,))
    with pytest.raises(Exit, match="1 of 1 checks failed: missing"):
        module.check(Context())
    assert "failed: no-such-program is not on this machine" in capsys.readouterr().out


def test_ci_skips_what_its_machine_cannot_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    here = f"{platform.system()} {platform.machine()}"
    monkeypatch.setattr(module, "CHECKS", (replace(MISSING, not_for=(here,)),))
    module.check(Context())


def test_every_shell_script_is_checked() -> None:
    shebang = ("git", "grep", "-lE", "^#!.*[/ ](ba)?sh")
    done = subprocess.run(shebang, cwd=ROOT, capture_output=True, text=True, check=True)
    (shell,) = (each for each in CHECKS if each.name == "shell")
    assert set(shell.argv[1:]) >= set(done.stdout.split())


def test_dockerfiles_are_found() -> None:
    (images,) = (each for each in CHECKS if each.name == "images")
    assert "images/ray/Dockerfile" in images.argv


@pytest.mark.parametrize("host", ["pypi", "files.pythonhosted", "deb.debian", "registry.npmjs"])
def test_the_pattern_finds_registries(host: str) -> None:
    assert re.search(REGISTRIES, f"https://{host}" + ".org/simple")


def test_the_pattern_does_not_find_itself() -> None:
    assert not re.search(REGISTRIES, Path(module.__file__).read_text())
