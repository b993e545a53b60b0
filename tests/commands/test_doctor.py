"""`./invoke doctor`."""

from __future__ import annotations

import pytest
from invoke.context import Context
from invoke.exceptions import Exit

from commands import doctor as module
from commands.doctor import NEEDS, Found, Need


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
    monkeypatch.setattr(module, "NEEDS", (lacking(required=True),))
    with pytest.raises(Exit) as told:
        module.doctor(Context())
    assert told.value.code == 1
    assert told.value.message == "error: the target local does not work here: thing lacking"
    out = capsys.readouterr().out.splitlines()
    assert out[0].split() == ["lacking", "thing", "not", "here"]
    assert out[1].strip() == "-> apt-get install thing"


def test_what_is_only_advised_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "NEEDS", (lacking(required=False),))
    module.doctor(Context())
    out = capsys.readouterr().out
    assert out.startswith("advised")
    assert out.splitlines()[-1].startswith("the target local works here")


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.name)
def test_every_need_can_be_looked_at(need: Need) -> None:
    assert need.look().seen
    assert need.remedy


def test_the_interpreter_at_work_is_new_enough() -> None:
    assert module.python().met
