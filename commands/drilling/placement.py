"""`placement`: tasks pinned to a kind of node run there; what nothing can run is named."""

from __future__ import annotations

from collections.abc import Mapping

from commands.drilling.facts import Facts
from commands.drilling.options import Options
from commands.drilling.outcome import Check, Outcome, all_done, at_most
from commands.drilling.running import Tell, play
from commands.drilling.stage import SUBCLUSTER, Stage
from workloads.drills.asked import Asked

NAME = "placement"
DOES = (
    "runs tasks that are pinned to each kind of worker by its label, others by its custom "
    "resource, and asks for a resource that no node type has"
)
EXPECTS = (
    "each task on a worker of its kind, and the demand that nothing meets named by Ray within 10 s"
)
TARGET_S = 10.0
TASKS, SECONDS = 2, 1.0


def run(stage: Stage, options: Options, tell: Tell) -> Outcome:
    """A run for each way to pin, and the verdict.

    Raises:
        ServiceError: the cluster or EC2 does not answer, or the job failed.
    """
    there = {one.subcluster for one in stage.all_workers()} - {""}
    kinds = {
        labels[SUBCLUSTER]: own(one["resources"])
        for one in stage.all_types().values()
        if (labels := one.get("labels", {})).get(SUBCLUSTER) in there
    }
    tasks, seconds = options.tasks or TASKS, options.seconds or SECONDS
    runs: dict[str, list[Facts]] = {}
    for kind, resources in kinds.items():
        by_label = Asked(tasks=tasks, seconds=seconds, at_once=1, labels={SUBCLUSTER: kind})
        runs[kind] = [play(stage, by_label, f"by the label {kind}", tell)]
        for name in resources:
            by_resource = Asked(tasks=tasks, seconds=seconds, at_once=1, resources={name: 1})
            runs[kind].append(play(stage, by_resource, f"by the resource {name}", tell))
    nothing = Asked(tasks=1, seconds=0, at_once=1, labels=stage.labels, impossible=True)
    return judge(runs, play(stage, nothing, "a demand that nothing meets", tell))


def own(resources: Mapping[str, float]) -> list[str]:
    """Of a node type's resources, those that Ray does not know by itself."""
    known = {"CPU", "GPU", "memory", "object_store_memory"}
    return [name for name in resources if name not in known]


def judge(runs: Mapping[str, list[Facts]], nothing: Facts) -> Outcome:
    """What the runs show.

    Args:
        runs: by the kind of worker that their tasks were to run on.
        nothing: with the demand that nothing meets.
    """
    checks = []
    for kind, own_runs in runs.items():
        for facts in own_runs:
            elsewhere = [
                one
                for one in facts.attempts
                if one.node not in facts.nodes or facts.nodes[one.node].kind != kind
            ]
            checks.append(
                Check(
                    what=f"tasks on other workers ({facts.title})",
                    target="0",
                    seen=str(len(elsewhere)),
                    holds=not elsewhere,
                )
            )
            checks.append(all_done(facts))
    if not runs:
        checks.append(Check(what="kinds of workers", target=">= 1", seen="0", holds=False))
    checks.append(at_most("the impossible demand named after", nothing.named_s, TARGET_S))
    every = [facts for own_runs in runs.values() for facts in own_runs]
    return Outcome(
        drill=NAME,
        checks=checks,
        figures={
            "tasks": sum(one.tasks for one in every),
            "tasks_done": sum(one.done for one in every),
            "lost_task_seconds": 0.0,
            "named_s": nothing.named_s,
            "kinds": ", ".join(runs),
        },
        runs=every,
    )
