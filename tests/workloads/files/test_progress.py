"""Progress: lines where there is no terminal, a bar where there is one, silence when asked."""

from __future__ import annotations

import sys

import pytest

from workloads.files.progress import Meter


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that stands at its only element."""
    clock = [0.0]
    monkeypatch.setattr("workloads.files.progress.time.monotonic", lambda: clock[0])
    return clock


def advance(now: list[float], *, shown: bool = True) -> None:
    with Meter("work", 50_000_000, shown=shown) as meter:
        for _ in range(5):
            now[0] += 2
            meter.advance(10_000_000)


def test_a_line_now_and_then_where_there_is_no_terminal(
    now: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    advance(now)
    assert capsys.readouterr() == ("", "work: 30 of 50 MB, 5 MB/s\n")


def test_a_bar_on_a_terminal(
    now: list[float], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")
    advance(now)
    out, shown = capsys.readouterr()
    assert out == ""
    assert "work" in shown
    assert "50.0/50.0 MB" in shown
    assert "5 MB/s" in shown


def test_silence_when_asked(now: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    advance(now, shown=False)
    assert capsys.readouterr() == ("", "")
