"""The engine: what it says of itself, and what is said when there is none."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import pytest

from errors import ServiceError
from images import engine as module
from images.engine import QEMU, Engine, run


def test_no_engine_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent")
    with pytest.raises(ServiceError, match=r"no Docker engine answers .*/invoke doctor") as caught:
        Engine()
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(platform.system() != "Linux", reason="elsewhere Docker Desktop emulates")
def test_another_arch_runs_where_the_kernel_is_told_its_emulator(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BINFMT", tmp_path)
    (other,) = set(QEMU) - {engine.arch}
    assert engine.runs(engine.arch)
    assert not engine.runs(other)
    (tmp_path / QEMU[other]).touch()
    assert engine.runs(other)


def test_an_image_that_it_has_not_is_none(engine: Engine) -> None:
    assert engine.image("ray-on-aws/nothing:here") is None


def test_a_missing_program_is_one_sentence() -> None:
    with pytest.raises(
        ServiceError, match=r"^no-such-program is not on this machine: see .*doctor"
    ):
        run(["no-such-program", "--version"])


def test_a_failed_program_is_told_with_what_it_said() -> None:
    fail = "import sys; print('too bad', file=sys.stderr); sys.exit(3)"
    with pytest.raises(ServiceError, match=r"failed with code 3: too bad$"):
        run([sys.executable, "-c", fail])
