"""What the loss of a head node showed, and the verdict over it."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from cluster.drills.stored import Written
from commands.drilling.facts import Facts
from commands.drilling.figures import mark
from commands.drilling.outcome import Check, Outcome, all_done, at_most
from commands.drilling.two_heads import as_one, done_twice

NAME = "head-loss"
TERMINATED, READY = "head terminated", "launched again"
TARGET_S = 30.0


@dataclass(frozen=True, kw_only=True)
class Seen:
    """All that was seen; seconds are from the call that ended the head node.

    Attributes:
        undisturbed: the same work with nothing done to it.
        broken: the run that lost its head node.
        resumed: the run of the same job on the cluster that was launched again.
        workers: the ids of the instances that worked for the first head node.
        workers_after: the ids of those that there were when the cluster was launched again.
        before: the files that were there when the job was submitted again.
        after: those that were there at the end.
        told_s: until `status` would say so; None if it did not.
        job_s: until the job was told to be lost; None if it was not.
        ready_s: until the cluster was launched again and its workers were part of it.
    """

    undisturbed: Facts
    broken: Facts
    resumed: Facts
    workers: Set[str]
    workers_after: Set[str]
    before: Mapping[str, Written]
    after: Mapping[str, Written]
    told_s: float | None
    job_s: float | None
    ready_s: float

    @property
    def ended(self) -> float | None:
        """When the head node was ended, by its own clock; None if it was not."""
        try:
            return mark(self.broken, TERMINATED).at
        except LookupError:
            return None

    @property
    def adopted(self) -> set[str]:
        """The instances of before that nodes of the new cluster are on."""
        nodes = map(self.resumed.machine_of, self.resumed.nodes)
        return {one.number for one in nodes if one is not None and one.number in self.workers}

    @property
    def again(self) -> int:
        """How many files were there and were written all the same, or have gone."""
        return sum(self.after.get(name) != one for name, one in self.before.items())


def judge(seen: Seen) -> Outcome:
    """What the runs show."""
    ended, first = seen.ended, _first_task_s(seen)
    runs, lost = [seen.resumed, seen.undisturbed], None
    if ended is not None:
        runs[0] = as_one(seen.broken, seen.resumed, ended)
        lost = round(done_twice(seen.broken, seen.resumed, ended), 1)
    return Outcome(
        drill=NAME,
        checks=[*_of_the_cluster(seen, first), *_of_the_files(seen)],
        figures={
            "lost_task_seconds": lost,
            "replacement_s": seen.ready_s,
            "detected_s": seen.job_s,
            "tasks": seen.resumed.tasks,
            "tasks_done": seen.resumed.done,
            "status_says_s": seen.told_s,
            "first_task_s": first,
            "workers_before": sorted(seen.workers),
            "workers_after": sorted(seen.workers_after),
            "workers_adopted": len(seen.adopted),
            "files_before": len(seen.before),
            "files_written_after": seen.resumed.written,
            "files_written_again": seen.again,
            "seconds_undisturbed": seen.undisturbed.seconds,
            "seconds_from_begin_to_end": runs[0].seconds,
        },
        runs=runs,
    )


def _first_task_s(seen: Seen) -> float | None:
    """Until the first file was begun on a worker of before; None where none was."""
    ended, facts = seen.ended, seen.resumed
    if ended is None:
        return None
    machines = {name: facts.machine_of(name) for name in facts.nodes}
    begun = [
        one.started - ended
        for one in facts.attempts
        if (machine := machines.get(one.node)) is not None and machine.number in seen.workers
    ]
    return min(begun, default=None)


def _of_the_cluster(seen: Seen, first: float | None) -> list[Check]:
    adopted = len(seen.adopted)
    return [
        Check(
            what="the head node terminated under work",
            target="with files written and others left",
            seen=f"{len(seen.before)} of {seen.resumed.tasks} written",
            holds=seen.ended is not None and 0 < len(seen.before) < seen.resumed.tasks,
        ),
        at_most("status says that it is gone after", seen.told_s, TARGET_S),
        at_most("the job told to be lost after", seen.job_s, TARGET_S),
        Check(
            what="workers adopted by the new head node",
            target=f"{len(seen.workers)}",
            seen=f"{adopted}",
            holds=adopted == len(seen.workers) > 0,
        ),
        at_most("other workers launched", len(seen.workers_after - seen.workers), 0.0, ""),
        Check(
            what="work on an adopted worker",
            target="some",
            seen="none" if first is None else f"{first:.1f} s after the loss",
            holds=first is not None,
        ),
    ]


def _of_the_files(seen: Seen) -> list[Check]:
    missing = len(seen.after) - len(seen.before)
    same = seen.undisturbed.digest == seen.resumed.digest != ""
    return [
        all_done(seen.undisturbed),
        all_done(seen.resumed),
        Check(
            what="files written by the second run",
            target=f"{missing}, which were missing",
            seen=f"{seen.resumed.written}",
            holds=seen.resumed.written == missing == seen.resumed.tasks - len(seen.before),
        ),
        at_most("files written again", seen.again, 0.0, ""),
        Check(
            what="files, beside those of the undisturbed run",
            target="the same, byte for byte",
            seen="the same" if same else "not the same",
            holds=same,
        ),
    ]
