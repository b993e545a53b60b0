"""`node-loss`: a worker is terminated under its tasks."""

from __future__ import annotations

from commands.drilling import figures
from commands.drilling.facts import Facts, Mark
from commands.drilling.figures import busy, lost_seconds
from commands.drilling.options import Options
from commands.drilling.outcome import Check, Outcome, all_done, at_most
from commands.drilling.recorder import Recorder
from commands.drilling.running import Step, Tell, play
from commands.drilling.stage import Stage
from workloads.drills.asked import Asked

NAME = "node-loss"
DOES = (
    "runs one-CPU tasks twice: undisturbed, and with TerminateInstances for a worker that has "
    "tasks under way"
)
EXPECTS = (
    "every task done with the right output, the loss noticed and a replacement joined within 30 s "
    "of the call, and nothing done twice but what ran on that worker"
)
TARGET_S = 30.0
TERMINATED = "terminated"
SECONDS, WAVES = 4.0, 6
SECONDS_FOR_REPLACEMENT = 240.0


def run(stage: Stage, options: Options, tell: Tell) -> Outcome:
    """Both runs, and the verdict.

    Raises:
        ServiceError: the cluster or EC2 does not answer, or the job failed.
    """
    cpus = max(1, len(stage.workers())) * stage.cpus()
    seconds = options.seconds or SECONDS
    wanted = Asked(
        tasks=options.tasks or cpus * WAVES,
        seconds=seconds,
        at_once=cpus,
        labels=stage.labels,
        at_least=max(1, len(stage.all_workers())),
        linger=SECONDS_FOR_REPLACEMENT,
    )
    undisturbed = play(stage, wanted, "undisturbed", tell)
    ending = _ending(stage, tell)
    return judge(undisturbed, play(stage, wanted, "a worker terminated", tell, ending))


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


def judge(undisturbed: Facts, disturbed: Facts) -> Outcome:
    """What both runs show.

    Args:
        undisturbed: tasks.
        disturbed: the same, with a worker terminated.
    """
    checks = [all_done(undisturbed), *_checks(disturbed)]
    return Outcome(
        drill=NAME,
        checks=checks,
        figures={
            "lost_task_seconds": round(lost_seconds(disturbed), 1),
            **_times(disturbed),
            "tasks": disturbed.tasks,
            "tasks_done": disturbed.done,
            "tasks_retried": figures.retried(disturbed),
            "seconds_undisturbed": undisturbed.seconds,
            "seconds_disturbed": disturbed.seconds,
            "seconds_lost": round(disturbed.seconds - undisturbed.seconds, 1),
        },
        runs=[disturbed, undisturbed],
    )


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


def _checks(facts: Facts) -> list[Check]:
    """Of the disturbed run."""
    ended, times = _ended(facts), _times(facts)
    elsewhere = lost_seconds(facts) - lost_seconds(facts, [one.node for one in ended])
    return [
        Check(
            what="a worker terminated under its tasks",
            target="1",
            seen=str(len(ended)),
            holds=len(ended) == 1,
        ),
        all_done(facts),
        at_most("detected after", times["detected_s"], TARGET_S),
        at_most("replacement joined after", times["replacement_s"], TARGET_S),
        at_most("task-seconds lost on other workers", elsewhere, 0.0, ""),
    ]
