"""Drills on a stage that is told: what they submit, when they act, and what they make of it."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import Any

import pytest

from cluster import jobs
from commands.drilling import node_loss, placement, running, spot_reclaim
from commands.drilling.options import Options
from commands.drilling.stage import least
from errors import ServiceError, UsageError
from tests.cluster.test_launched import ONE
from tests.commands.drilling.stages import (
    CONFIG,
    Line,
    changed,
    count,
    joined,
    run_of,
    scripted,
    summary,
    told,
)
from workloads.drills.asked import Asked, AskedText, parse

REHEARSED = replace(ONE, target="rehearsal")
HELLO: Line = (0.0, "hello", {"tasks": 2, "task_seconds": 1.0})
# Two workers with a task each, of which one is through: the moment to act.
UNDER_WAY = [
    HELLO,
    joined("a"),
    joined("b"),
    told("started", 1, 0, "a"),
    told("started", 1, 1, "b"),
    told("ended", 2, 1, "b"),
    told("started", 2, 2, "b"),
]


@pytest.fixture
def said() -> list[str]:
    return []


def play(monkeypatch: pytest.MonkeyPatch, *lines: list[Line], code: int = 0) -> list[str]:
    """Lets jobs print these lines, one after the other; gives the commands that they ran."""
    commands: list[str] = []
    monkeypatch.setattr(jobs, "run", run_of(list(lines), commands, code))
    return commands


def test_a_job_that_fails_is_told_with_what_it_said(
    monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    play(monkeypatch, [HELLO], code=3)
    with pytest.raises(ServiceError, match=r"exit code 3; at the end:\n.*\n  a line of some"):
        running.play(scripted(), Asked(tasks=2, seconds=1), "a run", said.append)


def test_what_happens_is_shown_once_and_in_seconds_from_the_begin(
    monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    lines = [*UNDER_WAY, count(2.5), count(3.5), told("started", 4, 0, "b", 1), summary(6)]
    commands = play(monkeypatch, lines)
    wanted = Asked(tasks=2, seconds=1, labels={"ray-subcluster": "intel"})
    running.play(scripted(), wanted, "a run", said.append)
    assert said == [
        "-- a run: 2 tasks of 1 s",
        "   0.1 s  joined: intel worker a",
        "   0.1 s  joined: intel worker b",
        "   2.5 s  0 waiting, 2 running, 0 done, 2 workers",
        "   4.0 s  task 0 is begun again",
    ]
    (command,) = commands
    python, dash, module, *words = shlex.split(command)
    assert (python, dash, module) == ("python", "-m", "workloads.drills.tasks")
    assert parse(Asked, words) == wanted


def test_node_loss_terminates_one_busy_worker_when_work_is_under_way(
    monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    calm = [HELLO, joined("a"), count(1), summary(6)]
    # Neither before a task is through, nor a second time.
    early = [*UNDER_WAY[:5], count(1.5), *UNDER_WAY[5:], count(2.5), count(3.5)]
    loss = [
        *early,
        told("ended", 13, 2, "b"),
        changed("left", "a", 14),
        told("started", 14, 0, "b", 1),
        joined("c", 20),
        told("ended", 21, 0, "b", 1),
        summary(21),
    ]
    files = summary(21, written=2, digest="of both")
    commands = play(monkeypatch, calm, loss, [*calm[:-1], files], [*loss[:-1], files])
    stage = scripted(launched=REHEARSED)
    outcome = node_loss.run(stage, Options(), said.append)
    assert stage.calls == ["terminate i-a"] * 2
    assert outcome.holds, outcome.checks
    plain = [parse(Asked, shlex.split(one)[3:]) for one in commands[:2]]
    text = [parse(AskedText, shlex.split(one)[3:]) for one in commands[2:]]
    assert plain[0] == plain[1]
    assert text[0] == text[1]
    # No more at once than the two workers have CPUs for, so that no others are asked for.
    assert (plain[0].at_once, plain[0].at_least, text[0].at_once, text[0].at_least) == (4, 2, 4, 2)
    assert plain[0].labels == {"ray-subcluster": "intel"}
    assert text[0].folder == f"{ONE.storage}/drills/node-loss"


def test_text_keeps_to_the_nodes_that_are_not_emulated(
    monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    asked: list[jobs.Job] = []

    def run(_launched: object, job: jobs.Job, _tell: object) -> int:
        asked.append(job)
        return 0

    monkeypatch.setattr(jobs, "run", run)
    wanted = AskedText(folder="s3://bucket/drills", output="clean", files=1, seconds=1)
    running.play(scripted(), wanted, "a run", said.append)
    every = replace(ONE, measured="")
    running.play(scripted(launched=every), wanted, "a run", said.append)
    assert [one.variables for one in asked] == [{"RAY_ON_AWS_SUBCLUSTER": "intel"}, {}]


def reclaim(*, after: list[Line]) -> list[Line]:
    stopped = {"node": "b", "address": "b", "said": "process 1 has ended"}
    # Without the word that a watcher was stopped, there is no notice.
    return [*UNDER_WAY, count(2.5), (3, "watcher stopped", stopped), count(3.5), count(4.5), *after]


def test_spot_reclaim_gives_both_notice_once_and_tells_them_apart(
    monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    after = [
        changed("draining", "a", 2),
        joined("c", 20),
        told("ended", 40, 0, "a"),
        changed("left", "a", 41),
        changed("left", "b", 70),
        told("started", 71, 2, "c", 1),
        told("ended", 72, 2, "c", 1),
        summary(72),
    ]
    commands = play(monkeypatch, reclaim(after=after), reclaim(after=after))
    stage = scripted(launched=REHEARSED)
    outcome = spot_reclaim.run(stage, Options(), said.append)
    assert stage.calls == [
        *("interrupt i-a 60", "interrupt i-b 60"),
        *("interrupt i-a 10", "interrupt i-b 10"),
    ]
    assert outcome.holds, outcome.checks
    assert outcome.figures["lost_task_seconds"] == 0
    assert outcome.figures["short_lost_unwatched"] > 0
    short, long = (parse(Asked, shlex.split(one)[3:]) for one in commands)
    assert (short.seconds, long.seconds, short.unwatched) == (45, 25, 2)


def test_on_aws_without_a_role_nothing_is_begun(
    monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    commands = play(monkeypatch)
    stage = scripted(launched=replace(REHEARSED, target="aws"))
    with pytest.raises(UsageError, match="name a role that it may take, with --role ARN"):
        spot_reclaim.run(stage, Options(), said.append)
    assert commands == []


def test_on_aws_tasks_are_measured_by_the_notice_that_aws_gives(
    monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    commands = play(monkeypatch, reclaim(after=[summary(9)]), reclaim(after=[summary(9)]))
    stage = scripted(launched=replace(REHEARSED, target="aws"), role="arn:aws:iam::1:role/mine")
    assert not spot_reclaim.run(stage, Options(notice=30), said.append).holds
    assert {one.split()[-1] for one in stage.calls} == {"120"}
    assert [parse(Asked, shlex.split(one)[3:]).seconds for one in commands] == [90, 300]


def test_spot_reclaim_wants_a_spot_worker(said: list[str]) -> None:
    with pytest.raises(UsageError, match="no worker of a cluster is a spot instance"):
        spot_reclaim.run(scripted(market="on-demand"), Options(), said.append)


def test_placement_pins_by_label_and_by_resource_to_kinds_that_are_there(
    monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    good = [HELLO, joined("a"), told("started", 1, 0, "a"), told("ended", 2, 0, "a"), summary(3)]
    named: dict[str, Any] = {"named": True, "after": 1.0, "said": "no node type has it"}
    commands = play(monkeypatch, good, good, [HELLO, (2, "infeasible", named), summary(3)])
    outcome = placement.run(scripted(), Options(), said.append)
    assert outcome.holds, outcome.checks
    asked = [parse(Asked, shlex.split(one)[3:]) for one in commands]
    assert [one.labels for one in asked[:2]] == [{"ray-subcluster": "intel"}, {}]
    assert [one.resources for one in asked[:2]] == [{}, {"Intel": 1}]
    assert [one.impossible for one in asked] == [False, False, True]


def test_a_stage_knows_its_workers_types() -> None:
    stage = scripted()
    assert stage.types().keys() == {"intel"}
    assert stage.all_types().keys() == {"intel", "graviton"}
    assert (stage.cpus(), least(stage.types()), least(stage.all_types())) == (2, 2, 3)
    assert not stage.rehearsed
    bare = {**CONFIG, "available_node_types": {"intel": {"labels": {"ray-subcluster": "intel"}}}}
    with pytest.raises(UsageError, match="how many CPUs"):
        scripted(config=bare).cpus()
