"""`./invoke doctor`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from invoke.context import Context
from invoke.exceptions import Exit

from commands import doctor as module
from commands.needs import Found, Need, aws, local


def lacking(*, required: bool) -> Need:
    return Need(
        name="thing",
        look=lambda: Found(False, "not here"),
        remedy="apt-get install thing",
        required=required,
    )


def test_a_machine_that_lacks_what_is_required_is_told_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "all_needs", lambda: {"local": (lacking(required=True),)})
    with pytest.raises(Exit) as told:
        module.doctor(Context())
    assert told.value.code == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "target local"
    assert out[1].split() == ["lacking", "thing", "not", "here"]
    assert out[2].strip() == "-> apt-get install thing"
    assert out[3] == "target local does not work here: thing lacking"


def test_what_is_only_advised_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "all_needs", lambda: {"local": (lacking(required=False),)})
    module.doctor(Context())
    out = capsys.readouterr().out.splitlines()
    assert out[1].split()[0] == "advised"
    assert out[3].startswith("target local works here")


def test_a_machine_without_an_engine_still_has_the_target_local(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    needs = {"local": (), "compose": (lacking(required=True),)}
    monkeypatch.setattr(module, "all_needs", lambda: needs)
    module.doctor(Context())
    assert "target compose does not work here: thing lacking" in capsys.readouterr().out


def test_a_machine_without_credentials_is_told_of_and_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [one for one in os.environ if one.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setattr(module, "all_needs", lambda: {"local": (), "aws": aws.NEEDS})
    module.doctor(Context())
    out = capsys.readouterr().out
    assert "target aws does not work here: credentials" in out
    assert "-> aws configure or aws sso login" in out


def test_each_target_has_something_to_try() -> None:
    assert set(module.TRY) == set(module.all_needs())
    assert all(call.startswith("./invoke ") for call in module.TRY.values())


NEEDS = [need for needs in module.all_needs().values() for need in needs]


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.name)
def test_every_need_can_be_looked_at(need: Need) -> None:
    assert need.look().seen
    assert need.remedy


def test_the_interpreter_at_work_is_new_enough() -> None:
    assert local.python().met
