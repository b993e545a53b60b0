"""`node-loss`: a worker is terminated under plain tasks, and under text that is cleaned."""

from __future__ import annotations

from dataclasses import dataclass

from commands.drilling import figures
from commands.drilling.facts import Facts, Mark
from commands.drilling.figures import busy, lost_seconds
from commands.drilling.options import Options
from commands.drilling.outcome import Check, Outcome, all_done, at_most
from commands.drilling.recorder import Recorder
from commands.drilling.running import Step, Tell, play
from commands.drilling.stage import Stage
from workloads.drills.asked import Asked, AskedText

NAME = "node-loss"
DOES = (
    "runs one-CPU tasks twice, undisturbed and with TerminateInstances for a worker that has tasks "
    "under way, and the text workload likewise"
)
EXPECTS = (
    "all done with the right output, the text's files the same byte for byte, the loss noticed and "
    "a replacement joined within 30 s of the call, and nothing done twice but what ran there"
)
TARGET_S = 30.0
TERMINATED = "terminated"
SECONDS, WAVES = 4.0, 6
# Each file is of several batches: more is lost with it than with a task.
FILE_SECONDS, FILE_WAVES = 6.0, 4
SECONDS_FOR_REPLACEMENT = 240.0
CALM, TEXT_CALM = "tasks, undisturbed", "text, undisturbed"
LOST, TEXT_LOST = "tasks, a worker terminated", "text, a worker terminated"


@dataclass(frozen=True)
class Pair:
    """The same work twice: undisturbed, and with a worker terminated."""

    calm: Facts
    lost: Facts


def run(stage: Stage, options: Options, tell: Tell) -> Outcome:
    """All runs, and the verdict.

    Raises:
        ServiceError: the cluster or EC2 does not answer, or a job failed.
    """
    cpus = max(1, len(stage.workers())) * stage.cpus()
    there = max(1, len(stage.all_workers()))
    tasks = Asked(
        tasks=options.tasks or cpus * WAVES,
        seconds=options.seconds or SECONDS,
        at_once=cpus,
        labels=stage.labels,
        at_least=there,
        linger=SECONDS_FOR_REPLACEMENT,
    )
    text = AskedText(
        folder=f"{stage.launched.storage}/drills/{NAME}",
        output="clean",
        files=options.tasks or cpus * FILE_WAVES,
        seconds=options.seconds or FILE_SECONDS,
        at_once=cpus,
        at_least=there,
        linger=SECONDS_FOR_REPLACEMENT,
    )
    plain = Pair(
        play(stage, tasks, CALM, tell), play(stage, tasks, LOST, tell, _ending(stage, tell))
    )
    cleaned = Pair(
        play(stage, text, TEXT_CALM, tell), play(stage, text, TEXT_LOST, tell, _ending(stage, tell))
    )
    return judge(plain, cleaned)


def _ending(stage: Stage, tell: Tell) -> Step:
    """Ends the worker that most tasks run on, once, when some work is through."""

    def step(recorder: Recorder) -> None:
        facts = recorder.facts
        # Some are through, so that it is no start of processes that is disturbed.
        if facts.marks or all(one.ended is None for one in facts.attempts):
            return
        for node in busy(facts)[:1]:
            machine = facts.machine_of(node)
            assert machine is not None  # noqa: S101 - busy gives none without
            recorder.mark(TERMINATED, node)
            stage.terminate(machine.number)
            tell(f"          TerminateInstances: {machine.number}, {machine.address}")

    return step


def judge(plain: Pair, text: Pair) -> Outcome:
    """What the runs show: plain tasks, and text."""
    own, files = _times(plain.lost), _times(text.lost)
    disturbed = (plain.lost, text.lost)
    return Outcome(
        drill=NAME,
        checks=[*_checks(plain), *_checks(text), _same(text)],
        figures={
            "lost_task_seconds": round(sum(map(lost_seconds, disturbed)), 1),
            **{name: _later(own[name], files[name]) for name in ("detected_s", "replacement_s")},
            "tasks": sum(one.tasks for one in disturbed),
            "tasks_done": sum(one.done for one in disturbed),
            **_figures("plain", plain, own),
            **_figures("text", text, files),
        },
        runs=[plain.lost, text.lost, plain.calm, text.calm],
    )


def _figures(name: str, pair: Pair, times: dict[str, float | None]) -> dict[str, float | None]:
    """The figures of a pair of runs, with its name before theirs."""
    calm, lost = pair.calm, pair.lost
    own = {
        "lost_task_seconds": round(lost_seconds(lost), 1),
        **times,
        "retried": figures.retried(lost),
        "seconds_undisturbed": calm.seconds,
        "seconds_disturbed": lost.seconds,
        "seconds_lost": round(lost.seconds - calm.seconds, 1),
    }
    return {f"{name}_{key}": value for key, value in own.items()}


def _later(one: float | None, other: float | None) -> float | None:
    """The later of two times; never, if one of them is."""
    return None if one is None or other is None else max(one, other)


def _ended(facts: Facts) -> list[Mark]:
    return [one for one in facts.marks if one.what == TERMINATED]


def _times(facts: Facts) -> dict[str, float | None]:
    """Seconds from the call; None where it did not happen."""
    for ended in _ended(facts):
        joined = figures.replacements_s(facts, ended.at, [ended.node])
        return {
            "detected_s": figures.detected_s(facts, ended.at, ended.node),
            "replacement_s": joined[0] if joined else None,
            "retried_after_s": figures.again_s(facts, ended.at),
        }
    return dict.fromkeys(("detected_s", "replacement_s", "retried_after_s"))


def _checks(pair: Pair) -> list[Check]:
    """Of one kind of work."""
    facts = pair.lost
    ended, times = _ended(facts), _times(facts)
    elsewhere = lost_seconds(facts) - lost_seconds(facts, [one.node for one in ended])
    return [
        all_done(pair.calm),
        Check(
            what=f"a worker ended under its work ({facts.title})",
            target="1",
            seen=str(len(ended)),
            holds=len(ended) == 1,
        ),
        all_done(facts),
        at_most("detected after", times["detected_s"], TARGET_S),
        at_most("replacement joined after", times["replacement_s"], TARGET_S),
        at_most("task-seconds lost on other workers", elsewhere, 0.0, ""),
    ]


def _same(text: Pair) -> Check:
    """A check that the loss made no difference to the files."""
    same = text.calm.digest == text.lost.digest != ""
    return Check(
        what="files of both runs",
        target="the same, byte for byte",
        seen="the same" if same else "not the same",
        holds=same,
    )
