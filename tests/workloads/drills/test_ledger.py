"""The ledger: what began and has not ended is known by task, attempt and node."""

from __future__ import annotations

from workloads.drills.ledger import Ledger
from workloads.drills.saying import ENDED, STARTED


def test_attempts_of_a_task_are_counted_and_told_from_any_entry_on() -> None:
    ledger = Ledger()
    ledger.start(7, "a")
    ledger.start(8, "a")
    # The first attempt was lost with its node.
    ledger.start(7, "b")
    ledger.end(7, "b")
    told = [(one.what, one.task, one.attempt, one.node) for one in ledger.since(0)]
    assert told == [
        (STARTED, 7, 0, "a"),
        (STARTED, 8, 0, "a"),
        (STARTED, 7, 1, "b"),
        (ENDED, 7, 1, "b"),
    ]
    assert [one.what for one in ledger.since(3)] == [ENDED]
    times = [one.at for one in ledger.since(0)]
    assert times == sorted(times)
