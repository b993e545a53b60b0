"""Facts written down from a job's lines and looks at EC2."""

from __future__ import annotations

import time
from typing import Any

import pytest

from cluster.aws.instances import Ec2Instance
from commands.drilling.recorder import Recorder


def line(what: str, at: float, **details: Any) -> dict[str, Any]:
    return {"at": at, "what": what, **details}


def joined(node: str, at: float) -> dict[str, Any]:
    labels = {"ray-subcluster": "intel"}
    return line("joined", at, node=node, address="10.0.0.2", cpus=2.0, labels=labels, reason="")


def seen(number: str, state: str, *, head: bool = False, address: str = "10.0.0.2") -> Ec2Instance:
    return Ec2Instance(
        number=number,
        head=head,
        node_type="intel",
        instance_type="r7i.2xlarge",
        market="spot",
        arch="amd64",
        zone="us-east-1a",
        address=address,
        state=state,
        status="",
    )


def test_lines_become_nodes_attempts_and_counts() -> None:
    recorder = Recorder("a run")
    now = time.time()
    for told in (
        line("hello", now, tasks=2, task_seconds=1.0),
        joined("a", now + 0.1),
        line("watcher stopped", now + 0.2, node="a", address="10.0.0.2", said="process 1"),
        line("started", now + 0.3, task=0, attempt=0, node="a"),
        line("started", now + 0.4, task=1, attempt=0, node="a"),
        line("ended", now + 1.3, task=0, attempt=0, node="a"),
        line("count", now + 1.4, waiting=0, running=1, done=1, workers=1),
        {**joined("a", now + 2), "what": "draining"},
        {**joined("a", now + 3), "what": "left", "reason": "it was drained"},
        line("summary", now + 4, tasks=2, done=2, right=True, seconds=3.5),
    ):
        recorder.line(told)
    facts = recorder.facts
    assert (facts.begin, facts.end) == (now, now + 4)
    assert (facts.tasks, facts.done, facts.right, facts.seconds) == (2, 2, True, 3.5)
    life = facts.nodes["a"]
    assert (life.joined, life.draining, life.left) == (now + 0.1, now + 2, now + 3)
    assert (life.kind, life.reason) == ("intel", "it was drained")
    assert [one.ended for one in facts.attempts] == [now + 1.3, None]
    assert [(one.running, one.done, one.workers) for one in facts.counts] == [(1, 1, 1)]
    assert [(one.what, one.node) for one in facts.marks] == [("watcher stopped", "a")]


def test_machines_are_there_from_the_first_look_to_the_look_at_which_they_end() -> None:
    recorder = Recorder("a run")
    recorder.machines([seen("i-head", "running", head=True), seen("i-1", "pending", address="")])
    recorder.machines([seen("i-1", "running"), seen("i-old", "terminated")])
    (one,) = recorder.facts.machines.values()
    assert (one.number, one.address, one.ended) == ("i-1", "10.0.0.2", None)
    recorder.machines([seen("i-1", "shutting-down")])
    ended = recorder.facts.machines["i-1"].ended
    assert ended is not None
    assert ended >= one.asked
    recorder.machines([])
    assert recorder.facts.machines["i-1"].ended == ended


@pytest.mark.parametrize(("ahead", "taken_for"), [(0.3, 0.0), (100.0, 100.0), (-100.0, -100.0)])
def test_another_clock_is_told_from_a_line_that_comes_late(ahead: float, taken_for: float) -> None:
    recorder = Recorder("a run")
    for late in (0.5, 0.0, 0.7):
        recorder.line(line("hello", time.time() - ahead - late))
    assert time.time() - recorder.now == pytest.approx(taken_for, abs=2)


def test_what_was_done_is_put_on_the_heads_clock_by_the_line_that_came_soonest() -> None:
    recorder = Recorder("a run")
    # The first lines come late, and are all that is known when the drill acts.
    recorder.line(line("hello", time.time() - 100 - 2.5))
    done = time.time()
    recorder.mark("notice", "a")
    recorder.machines([seen("i-1", "running")])
    recorder.line(line("watcher stopped", time.time() - 100, node="b"))
    facts = recorder.facts
    (notice,) = (one for one in facts.marks if one.what == "notice")
    assert notice.at == pytest.approx(done - 100, abs=2)
    assert facts.machines["i-1"].asked == pytest.approx(done - 100, abs=2)
    assert [one.what for one in facts.marks] == ["notice", "watcher stopped"]


def test_on_one_machine_lines_that_are_late_move_no_time() -> None:
    recorder = Recorder("a run", one_clock=True)
    recorder.line(line("hello", time.time() - 2.5))
    done = time.time()
    recorder.mark("notice", "a")
    assert recorder.facts.marks[0].at == pytest.approx(done, abs=2)
    assert recorder.now == pytest.approx(time.time(), abs=2)
