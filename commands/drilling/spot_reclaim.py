"""`spot-reclaim`: EC2 takes back two spot workers, one with the spot watcher and one without."""

from __future__ import annotations

import math
from dataclasses import dataclass

from commands.drilling import figures
from commands.drilling.facts import Facts
from commands.drilling.figures import busy
from commands.drilling.options import Options
from commands.drilling.outcome import Check, Outcome, all_done, at_most
from commands.drilling.recorder import Recorder
from commands.drilling.running import Tell, play
from commands.drilling.stage import Stage
from errors import UsageError
from workloads.drills import saying
from workloads.drills.asked import Asked

NAME = "spot-reclaim"
DOES = (
    "gives two spot workers notice at once, of which one has no watcher any more: under tasks "
    "that are shorter than the notice, and then under longer ones"
)
EXPECTS = (
    "with the watcher the node drained within 3 s of the notice, no task-second of shorter tasks "
    "lost, and a replacement joined before the node has left; without it, what was under way lost"
)
REACTION_S = 3.0
NOTICE, SPOT = "notice", "spot"
WATCHED = 2
# An end by the clock of who sets it, a line by that of the head.
SECOND = 1.0
SHORT_NOTICE, LONG_NOTICE = 60.0, 10.0
# Of the notice: shorter, and long enough that the node is needed until a replacement is there; and
# so long that what has run for a while by then does not end within it.
SHORTER, LONGER = 0.75, 2.5
SECONDS_FOR_REPLACEMENT = 240.0
FIGURES = (
    "lost_task_seconds",
    "lost_unwatched",
    "detected_s",
    "detected_unwatched_s",
    "replacement_s",
    "left_s",
)


def fits(stage: Stage) -> str:
    """Why the cluster cannot be drilled so; empty where it can."""
    if not any(one.market == SPOT for one in stage.instances() if not one.head):
        return (
            f"no worker of {stage.launched.name} is a spot instance, and EC2 takes back no other: "
            "./invoke launch --cluster spot"
        )
    return stage.unfit_for_notice


def run(stage: Stage, options: Options, tell: Tell) -> Outcome:
    """Both runs, and the verdict.

    Raises:
        UsageError: there is no spot worker, or AWS is to give notice and no role is named.
        ServiceError: the cluster or EC2 does not answer, or a job failed.
    """
    if unfit := fits(stage):
        raise UsageError(unfit)
    notice = stage.notice(options.notice or SHORT_NOTICE)
    seconds = options.seconds or notice * SHORTER
    shorter = _run(stage, _Case("tasks shorter than the notice", seconds, notice), options, tell)
    notice = stage.notice(options.notice or LONG_NOTICE)
    seconds = notice * LONGER
    longer = _run(stage, _Case("tasks longer than the notice", seconds, notice), options, tell)
    return judge(shorter, longer)


@dataclass(frozen=True)
class _Case:
    """Tasks of so many seconds, under a notice of so many."""

    title: str
    seconds: float
    notice: float


@dataclass(frozen=True)
class Reclaimed:
    """A run in which nodes were taken back, with the notice that they were given."""

    facts: Facts
    notice: float


def _run(stage: Stage, case: _Case, options: Options, tell: Tell) -> Reclaimed:
    workers = max(WATCHED, len(stage.workers()))
    at_once = workers * stage.cpus()
    # Tasks for all of the notice, and beyond.
    waves = math.floor(case.notice / case.seconds) + 1
    wanted = Asked(
        tasks=options.tasks or at_once * waves,
        seconds=case.seconds,
        at_once=at_once,
        fill=True,
        labels=stage.labels,
        unwatched=WATCHED,
        at_least=max(WATCHED, len(stage.all_workers())),
        linger=SECONDS_FOR_REPLACEMENT,
    )
    given: list[float] = []

    def step(recorder: Recorder) -> None:
        facts = recorder.facts
        stopped = [one.node for one in facts.marks if one.what == saying.WATCHER]
        nodes = busy(facts, SPOT)
        if given or not stopped or stopped[0] not in nodes or len(nodes) < WATCHED:
            return
        watched = next(one for one in nodes if one != stopped[0])
        for node in (watched, stopped[0]):
            machine = facts.machine_of(node)
            assert machine is not None  # noqa: S101 - busy gives none without
            given.append(stage.interrupt(machine.number, case.notice))
            recorder.mark(NOTICE, node)
            tell(f"          notice of {given[-1]:g} s: {machine.number}, {machine.address}")

    title = f"{case.title}, {case.notice:g} s"
    facts = play(stage, wanted, title, tell, step)
    return Reclaimed(facts, given[0] if given else case.notice)


def victims(facts: Facts) -> tuple[str, str]:
    """The ids of the node with a watcher and of that without; empty where none got notice."""
    stopped = {one.node for one in facts.marks if one.what == saying.WATCHER}
    noticed = [one.node for one in facts.marks if one.what == NOTICE]
    watched = next((one for one in noticed if one not in stopped), "")
    return watched, next((one for one in noticed if one in stopped), "")


def judge(shorter: Reclaimed, longer: Reclaimed) -> Outcome:
    """What both runs show."""
    checks: list[Check] = []
    told: dict[str, float | None] = {}
    for name, one in (("short", shorter), ("long", longer)):
        checks += _checks(one)
        told |= {f"{name}_{key}": value for key, value in _figures(one).items()}
    lost = told["short_lost_task_seconds"]
    checks.append(at_most("short tasks: task-seconds lost with the watcher", lost, 0.0, ""))
    checks.append(_replaced_before(told["short_replacement_s"], told["short_left_s"]))
    facts = (shorter.facts, longer.facts)
    return Outcome(
        drill=NAME,
        checks=checks,
        figures={
            "lost_task_seconds": lost,
            "replacement_s": told["short_replacement_s"],
            "detected_s": told["short_detected_s"],
            "tasks": sum(one.tasks for one in facts),
            "tasks_done": sum(one.done for one in facts),
            **told,
        },
        runs=facts,
    )


def _checks(reclaimed: Reclaimed) -> list[Check]:
    facts = reclaimed.facts
    watched, unwatched = victims(facts)
    found = _figures(reclaimed)
    begun = _begun_after(facts, watched)
    # Of a shorter notice it cannot be said that a machine boots within it.
    soon = max(reclaimed.notice, SHORT_NOTICE)
    return [
        Check(
            what=f"notice for a worker with a watcher and one without ({facts.title})",
            target="2",
            seen=str(bool(watched) + bool(unwatched)),
            holds=bool(watched and unwatched),
        ),
        all_done(facts),
        at_most("drained after the notice", found["detected_s"], REACTION_S),
        at_most("tasks begun on it after that", begun, 0, ""),
        at_most("replacement joined after the notice", found["replacement_s"], soon),
        _unwarned(found["detected_unwatched_s"], reclaimed.notice),
    ]


def _unwarned(detected: float | None, notice: float) -> Check:
    """A check that the other node had no watcher indeed: Ray knew nothing before it was gone."""
    return Check(
        what="without a watcher, Ray knows after the notice",
        target=f">= {notice - SECOND:g} s",
        seen="never" if detected is None else f"{detected:.1f} s",
        holds=detected is None or detected >= notice - SECOND,
    )


def _replaced_before(joined: float | None, left: float | None) -> Check:
    """A check that a node was replaced before it left; it does with its last task."""
    return Check(
        what="short tasks: replacement joined before the node left",
        target="never left" if left is None else f"<= {left:.1f} s",
        seen="never" if joined is None else f"{joined:.1f} s",
        holds=joined is not None and (left is None or joined <= left),
    )


def _begun_after(facts: Facts, node: str) -> float | None:
    """How many tasks began on a node a second and more after it was drained."""
    life = facts.nodes.get(node)
    if life is None or life.draining is None:
        return None
    at = life.draining + 1.0
    return sum(one.node == node and one.started > at for one in facts.attempts)


def _figures(reclaimed: Reclaimed) -> dict[str, float | None]:
    """The figures of a run; None where its node got no notice."""
    facts = reclaimed.facts
    watched, unwatched = victims(facts)
    if not watched or not unwatched:
        return dict.fromkeys(FIGURES)
    at = figures.mark(facts, NOTICE, watched).at
    joined = figures.replacements_s(facts, at, [watched])
    left = facts.nodes[watched].left
    values = (
        round(figures.lost_seconds(facts, [watched]), 1),
        round(figures.lost_seconds(facts, [unwatched]), 1),
        figures.detected_s(facts, at, watched),
        figures.detected_s(facts, at, unwatched),
        joined[0] if joined else None,
        None if left is None else left - at,
    )
    return dict(zip(FIGURES, values, strict=True))
