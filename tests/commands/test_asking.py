"""Asking before what cannot be taken back."""

from __future__ import annotations

import pytest

from commands.asking import agreed
from errors import UsageError


@pytest.mark.parametrize(
    ("typed", "said"),
    [("y", True), (" YES ", True), ("", False), ("n", False), ("yes please", False), ("j", False)],
)
def test_only_yes_is_yes(monkeypatch: pytest.MonkeyPatch, typed: str, *, said: bool) -> None:
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return typed

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", answer)
    assert agreed("Delete it?") is said
    assert asked == ["Delete it? [y/N] "]


def test_where_nobody_sits_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_question: str) -> str:
        raise AssertionError("it asks")

    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    monkeypatch.setattr("builtins.input", never)
    with pytest.raises(UsageError, match=r"^Delete it\? There is nobody to ask here: give --yes$"):
        agreed("Delete it?")
