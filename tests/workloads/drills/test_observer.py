"""What an observer makes of what it hears."""

from __future__ import annotations

from workloads.drills.ledger import Entry
from workloads.drills.observer import Observer
from workloads.drills.saying import ENDED, STARTED
from workloads.files.distribute import start_ray


def test_tasks_on_a_node_that_is_to_end_are_counted_until_they_end_or_begin_elsewhere() -> None:
    start_ray()
    observer = Observer(3)
    assert observer.leaving == 0
    observer.nodes.draining.add("a")
    for task, node in ((0, "a"), (1, "a"), (2, "b")):
        observer._hear(Entry(1.0, STARTED, task, 0, node))
    assert observer.leaving == 2
    observer._hear(Entry(2.0, ENDED, 0, 0, "a"))
    assert observer.leaving == 1
    observer._hear(Entry(3.0, STARTED, 1, 1, "b"))
    assert observer.leaving == 0
