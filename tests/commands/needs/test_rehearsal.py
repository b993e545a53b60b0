"""What doctor says of the target rehearsal."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from commands.needs import GIB, Found, compose, rehearsal
from errors import ServiceError
from images.engine import Engine

OF_ENGINE = (rehearsal.here, rehearsal.privileged, rehearsal.memory, rehearsal.disk)


class Said:
    """An engine, as far as it is asked: what it says of itself stands for any machine's."""

    def __init__(self, info: dict[str, object], base_url: str = "http+docker://localhost") -> None:
        self.memory_bytes = int(str(info.get("MemTotal", 0)))
        self.client = SimpleNamespace(info=lambda: info, api=SimpleNamespace(base_url=base_url))


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets the engine be one that says this."""

    def say(found: object) -> None:
        monkeypatch.setattr(compose, "the_engine", lambda: found)

    return say


@pytest.mark.parametrize(
    ("system", "met"), [("Linux", True), ("Darwin", False), ("Windows", False)]
)
def test_instances_are_reached_on_linux_alone(
    monkeypatch: pytest.MonkeyPatch, system: str, met: bool
) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    found = rehearsal.linux()
    assert found.met is met
    assert met or system in found.seen


@pytest.mark.parametrize("look", OF_ENGINE)
def test_without_an_engine_nothing_of_it_is_met(
    says: Callable[..., None], look: Callable[[], Found]
) -> None:
    says(ServiceError("no Docker engine answers"))
    assert look() == Found(False, "no engine answers")


@pytest.mark.parametrize(
    ("options", "seen"),
    [
        ([], "the engine gives containers the machine's own rights"),
        (["name=seccomp,profile=builtin", "name=cgroupns"], "the engine gives containers"),
        (["name=rootless", "name=cgroupns"], "the engine runs with rootless"),
        (["name=userns"], "the engine runs with userns"),
    ],
)
def test_privileged_containers(says: Callable[..., None], options: list[str], seen: str) -> None:
    says(Said({"SecurityOptions": options}))
    found = rehearsal.privileged()
    assert found.seen.startswith(seen)
    assert found.met is ("runs with" not in seen)


@pytest.mark.parametrize(
    ("url", "met"),
    [
        ("http+docker://localhost", True),
        ("http+docker://ssh", False),
        ("http://192.0.2.7:2375", False),
    ],
)
def test_an_engine_elsewhere_has_its_networks_there(
    says: Callable[..., None], url: str, met: bool
) -> None:
    says(Said({}, url))
    assert rehearsal.here().met is met


@pytest.mark.parametrize(("count", "met"), [(7, False), (8, True), (64, True)])
def test_memory(says: Callable[..., None], count: int, met: bool) -> None:
    says(Said({"MemTotal": count * GIB}))
    assert rehearsal.memory() == Found(met, f"{count}.0 GiB")


def test_disk(says: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    says(Said({"DockerRootDir": str(tmp_path)}))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=11 * GIB))
    assert rehearsal.disk() == Found(True, f"11.0 GiB free in {tmp_path}")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=9 * GIB))
    assert rehearsal.disk().met is False
    says(Said({"DockerRootDir": str(tmp_path / "elsewhere")}))
    assert rehearsal.disk() == Found(False, f"{tmp_path / 'elsewhere'} is not of this machine")


def test_every_need_says_how_to_meet_it() -> None:
    names = [need.name for need in rehearsal.NEEDS]
    assert len(set(names)) == len(names)
    assert all(need.remedy for need in rehearsal.NEEDS)
    assert [need.name for need in rehearsal.NEEDS if not need.required] == ["emulation"]


def test_on_this_machine_each_look_says_what_it_saw(engine: Engine) -> None:
    assert engine.memory_bytes
    assert all(need.look().seen for need in rehearsal.NEEDS)
