"""For how long spot has been waited for."""

from __future__ import annotations

from cluster.node.fleet.waiting import SECONDS_BETWEEN_WANTS, Waiting


def test_time_runs_from_the_first_ask_in_vain() -> None:
    now = [100.0]
    waiting = Waiting(lambda: now[0])
    assert waiting.seconds("intel") == 0
    waiting.in_vain("intel")
    now[0] = 130.0
    waiting.in_vain("intel")
    now[0] = 140.0
    assert waiting.seconds("intel") == 40
    assert waiting.seconds("graviton") == 0


def test_it_ends_when_spot_gives_all() -> None:
    waiting = Waiting(lambda: 5.0)
    waiting.in_vain("intel")
    waiting.served("intel")
    assert waiting.seconds("intel") == 0


def test_a_later_want_waits_anew() -> None:
    now = [0.0]
    waiting = Waiting(lambda: now[0])
    waiting.in_vain("intel")
    now[0] = SECONDS_BETWEEN_WANTS + 1
    assert waiting.seconds("intel") == 0
    waiting.in_vain("intel")
    now[0] += 10
    assert waiting.seconds("intel") == 10


def test_it_goes_on_for_as_long_as_pools_are_remembered() -> None:
    now = [0.0]
    waiting = Waiting(lambda: now[0])
    waiting.in_vain("intel", 600)
    now[0] = 500.0
    assert waiting.seconds("intel", 600) == 500
    assert waiting.seconds("intel", 60) == 0
