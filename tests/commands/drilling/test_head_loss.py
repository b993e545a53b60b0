"""`head-loss`: what it does on a stage that is told, and what it makes of what was seen."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from cluster import jobs
from cluster.aws.instances import Ec2Instance
from cluster.drills.stored import Store, Written
from cluster.launched import Launched
from commands import state
from commands.drilling import head_loss
from commands.drilling.head_verdict import READY, TERMINATED, Seen, judge
from commands.drilling.options import Options
from commands.drilling.outcome import NAMES, Outcome
from commands.drilling.picture import bands
from commands.drilling.two_heads import as_one, done_twice
from commands.launching import again
from errors import ServiceError, UsageError
from tests.cluster.test_launched import ONE, REMOTE
from tests.commands.drilling.facts import BEGIN, attempt, count, facts, machine, mark, node
from tests.commands.drilling.stages import Line, Scripted, joined, run_of, scripted, told
from tests.commands.drilling.stages import count as counted
from workloads.drills.asked import AskedText, parse

OLD, NEW = Written(10, "old", 1.0), Written(10, "new", 2.0)
# Two workers; files 0 and 1 are written before the head ends at second 10, 2 and 3 are under way.
BROKEN = facts(
    nodes=[node("a"), node("b")],
    machines=[machine("a"), machine("b")],
    attempts=[
        attempt(0, "a", 2, 6),
        attempt(1, "b", 2, 7),
        attempt(2, "a", 6, 9.5),
        attempt(3, "b", 7),
    ],
    counts=[count(1, 2), count(9, 2), count(11, 2)],
    marks=[mark(TERMINATED, 10), mark(READY, 40)],
    tasks=0,
    done=0,
    end=11,
)
# Nodes of Ray's with other ids, at the same addresses.
RESUMED = facts(
    nodes=[replace(node("a", joined=45), node="c"), replace(node("b", joined=45), node="d")],
    machines=[machine("a", asked=45), machine("b", asked=45)],
    attempts=[attempt(2, "c", 47, 51), attempt(3, "d", 48, 52)],
    counts=[count(46, 2)],
    tasks=4,
    done=4,
    end=55,
)


def seen(**changes: Any) -> Seen:
    given: dict[str, Any] = {
        "undisturbed": replace(facts(tasks=4, done=4), written=4, digest="it"),
        "broken": BROKEN,
        "resumed": replace(RESUMED, written=2, digest="it"),
        "workers": frozenset({"i-a", "i-b"}),
        "workers_after": frozenset({"i-a", "i-b"}),
        "before": {"0": OLD, "1": OLD},
        "after": {"0": OLD, "1": OLD, "2": NEW, "3": NEW},
        "told_s": 0.3,
        "job_s": 0.8,
        "ready_s": 30.0,
    }
    return Seen(**given | changes)


def failing(outcome: Outcome) -> list[str]:
    return [one.what for one in outcome.checks if not one.holds]


def test_a_head_lost_and_work_that_goes_on() -> None:
    outcome = judge(seen())
    assert failing(outcome) == []
    found = outcome.as_dict()
    assert {name: found[name] for name in NAMES} == {
        # The file that had not been closed, and the one that was in the middle.
        "lost_task_seconds": 6.5,
        "replacement_s": 30.0,
        "detected_s": 0.8,
        "tasks": 4,
        "tasks_done": 4,
    }
    assert (found["first_task_s"], found["workers_adopted"]) == (37.0, 2)
    assert (found["files_before"], found["files_written_after"]) == (2, 2)


@pytest.mark.parametrize(
    ("changes", "amiss"),
    [
        ({"before": {}}, "the head node terminated under work"),
        ({"broken": replace(BROKEN, marks=[])}, "the head node terminated under work"),
        ({"told_s": None}, "status says"),
        ({"job_s": None}, "the job told to be lost"),
        ({"job_s": 31.0}, "the job told to be lost"),
        ({"workers": frozenset({"i-a", "i-b", "i-c"})}, "workers adopted"),
        ({"workers": frozenset()}, "workers adopted"),
        ({"workers_after": frozenset({"i-a", "i-x"})}, "other workers launched"),
        ({"workers": frozenset({"i-x"})}, "work on an adopted worker"),
        ({"undisturbed": facts(tasks=4, done=3)}, "tasks done"),
        ({"resumed": replace(RESUMED, written=2, digest="it", right=False)}, "tasks done"),
        ({"resumed": replace(RESUMED, written=4, digest="it")}, "files written by the second run"),
        ({"after": {"0": NEW, "1": OLD, "2": NEW, "3": NEW}}, "files written again"),
        ({"after": {"1": OLD, "2": NEW, "3": NEW, "4": NEW}}, "files written again"),
        ({"resumed": replace(RESUMED, written=2, digest="other")}, "files, beside those"),
    ],
)
def test_a_head_lost_with_something_amiss(changes: dict[str, Any], amiss: str) -> None:
    outcome = judge(seen(**changes))
    assert any(one.startswith(amiss) for one in failing(outcome)), failing(outcome)


def test_two_runs_are_one_on_the_same_instances() -> None:
    one = as_one(BROKEN, RESUMED, BEGIN + 10)
    assert (one.begin, one.end, one.tasks, one.done) == (BEGIN, BEGIN + 55, 4, 4)
    assert {name: life.left for name, life in one.nodes.items()} == {
        **dict.fromkeys("ab", BEGIN + 10),
        **dict.fromkeys("cd"),
    }
    assert {name: (found := one.machine_of(name)) and found.asked for name in one.nodes} == (
        dict.fromkeys("abcd", BEGIN)
    )
    # What was counted after its head had ended was not so.
    assert [(each.at - BEGIN, each.workers) for each in one.counts] == [
        *((1, 2), (9, 2), (10, 0), (46, 2)),
    ]
    assert [each.what for each in one.marks] == [TERMINATED, READY]


def test_only_work_that_is_begun_again_is_done_twice() -> None:
    assert done_twice(BROKEN, RESUMED, BEGIN + 10) == 6.5
    assert done_twice(BROKEN, replace(RESUMED, attempts=[]), BEGIN + 10) == 0


@dataclass(frozen=True, kw_only=True)
class Headed(Scripted):
    """A stage with a head node, until that is ended."""

    def instances(self) -> list[Ec2Instance]:
        workers = super().instances()
        head = replace(workers[0], number="i-head", head=True, node_type="head")
        ended = any(one.startswith("terminate") for one in self.calls)
        return [replace(head, state="terminated") if ended else head, *workers]


CALM: list[Line] = [
    (0.0, "hello", {"tasks": 4, "task_seconds": 1.0}),
    joined("a"),
    counted(0.5),
    (
        9.0,
        "summary",
        {"tasks": 4, "done": 4, "right": True, "seconds": 9.0, "written": 4, "digest": "it"},
    ),
]
# One of eight files written is too early to end the head; two are not.
UNDER_WAY: list[Line] = [
    *CALM[:2],
    *(told("started", 1, task, "a") for task in (0, 1)),
    told("ended", 2, 0, "a"),
    counted(2.5),
    told("ended", 3, 1, "a"),
    told("started", 3, 2, "a"),
    counted(3.5),
    counted(4.5),
]
RESUMING: list[Line] = [
    *CALM[:2],
    *(told("started", 31, task, "a") for task in (2, 3)),
    *(told("ended", 35, task, "a") for task in (2, 3)),
    (36.0, "summary", {**CALM[3][2], "written": 2}),
]


class Play:
    """Jobs that print what they are told to, of which the second is lost with its head node."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, lines: list[Line], tmp_path: Path) -> None:
        self.said: list[str] = []
        self.jobs: list[AskedText] = []
        self.removed: list[str] = []
        (source := tmp_path / "mine.yaml").touch()
        remote = replace(REMOTE, source=str(source))
        launched = replace(ONE, target="rehearsal", remote=remote, storage="s3://bucket")
        self.stage = scripted_headed(launched)
        self._lines = iter([CALM, lines, RESUMING])
        self._stored = iter([{"0": OLD, "1": OLD}, dict.fromkeys("01", OLD) | {"2": NEW, "3": NEW}])
        monkeypatch.setattr(jobs, "run", self._run)
        monkeypatch.setattr(again, "launch", self._launch)
        monkeypatch.setattr(state, "launched", lambda _target: launched)
        monkeypatch.setattr(head_loss, "reached", self._reached)
        monkeypatch.setattr(head_loss, "stage_of", lambda _near, _role: self.stage)
        monkeypatch.setattr(Store, "files", lambda _store, _uri: next(self._stored))
        monkeypatch.setattr(Store, "remove", lambda _store, uri: self.removed.append(uri))

    def _run(self, launched: Launched, job: jobs.Job, tell: Callable[[str], None]) -> int:
        self.jobs.append(parse(AskedText, shlex.split(job.command)[3:]))
        run_of([next(self._lines)], [])(launched, job, tell)
        if len(self.jobs) == 2:
            raise ServiceError("the cluster takes no jobs")
        return 0

    def _launch(self, _launched: Launched) -> None:
        self.stage.calls.append("launch")

    @contextmanager
    def _reached(self, launched: Launched) -> Iterator[Launched]:
        yield launched

    def run(self, **options: Any) -> Outcome:
        return head_loss.run(self.stage, Options(**options), self.said.append)


def scripted_headed(launched: Launched) -> Headed:
    plain = scripted(launched=launched)
    return Headed(**{name: getattr(plain, name) for name in vars(plain)})


def test_the_head_is_ended_once_when_work_is_under_way_and_the_job_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    play = Play(monkeypatch, UNDER_WAY, tmp_path)
    outcome = play.run(tasks=8, seconds=1)
    assert play.stage.calls == ["terminate i-head", "launch"]
    calm, work, resumed = play.jobs
    assert work == resumed
    assert (calm.output, calm.keep) == ("undisturbed", False)
    assert (work.output, work.keep, work.files, work.at_once) == ("resumed", True, 8, 4)
    assert calm.folder == work.folder == "s3://bucket/drills/head-loss/a cluster"
    # What was left of an earlier drill, and what is left of this one.
    assert play.removed == [f"{work.folder}/{one}" for one in ("undisturbed", "resumed", "resumed")]
    # The worker `b` never joined.
    assert failing(outcome) == ["workers adopted by the new head node"]
    assert any("the cluster takes no jobs" in one for one in play.said)


def test_a_job_that_fails_with_its_head_there_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    play = Play(monkeypatch, UNDER_WAY[:6], tmp_path)
    with pytest.raises(ServiceError, match="takes no jobs"):
        play.run(tasks=8)
    assert play.stage.calls == []


def test_nothing_is_ended_that_could_not_be_launched_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    play = Play(monkeypatch, UNDER_WAY, tmp_path)
    assert head_loss.fits(play.stage) == ""
    with monkeypatch.context() as alone:
        alone.setattr(Scripted, "all_workers", lambda _stage: [])
        assert "no worker of a cluster has joined" in head_loss.fits(play.stage)
    (tmp_path / "mine.yaml").unlink()
    assert "which is not there any more" in head_loss.fits(play.stage)
    with pytest.raises(UsageError, match="which is not there any more"):
        play.run()
    assert (play.stage.calls, play.jobs) == ([], [])


def test_what_another_head_took_over_is_one_band_of_the_picture() -> None:
    found = bands(as_one(BROKEN, RESUMED, BEGIN + 10))
    assert [[life.node for life in lives] for lives in found] == [["a", "c"], ["b", "d"]]
    assert [[life.node for life in lives] for lives in bands(facts(nodes=[node("x")]))] == [["x"]]
