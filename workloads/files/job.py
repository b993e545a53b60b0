"""A job: all its tasks run, those already done left out, and what came of it summed up."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from workloads.files.commit import remove_temporary
from workloads.files.distribute import distribute
from workloads.files.places import Folder
from workloads.files.progress import Meter
from workloads.files.tasks import Outcome, Task


@dataclass(frozen=True)
class Summary:
    """What came of a job.

    Attributes:
        written: output files written by this run.
        already_there: output files that an earlier, unfinished run had written.
        skipped: inputs, or rows of them, left out because they could not be read, each with the
            reason.
        rows_in: rows read by this run.
        rows_out: rows written by this run.
        bytes_out: size of the files written by this run.
        seconds: wall time.
        read_seconds, work_seconds, write_seconds: how the tasks spent theirs, added over cores.
        rejected: how many rows this run has rejected, for each reason the most frequent first.
    """

    written: int
    already_there: int
    skipped: tuple[str, ...]
    rows_in: int
    rows_out: int
    bytes_out: int
    seconds: float
    read_seconds: float
    work_seconds: float
    write_seconds: float
    rejected: Mapping[str, int] = field(default_factory=dict)


def run_job(
    folder: Folder,
    tasks: Sequence[Task],
    *,
    label: str,
    already_there: int = 0,
    skipped: Iterable[str] = (),
    skip_bad: bool = False,
    progress: bool = True,
    cpus: int = 1,
    at_once: int | None = None,
) -> Summary:
    """Runs the tasks, which write into the folder.

    Args:
        folder: that they write into.
        tasks: one for each file that is to be written.
        label: what to call the work in progress lines.
        already_there: for the summary.
        skipped: for the summary.
        skip_bad: go on where a task's input is wrong.
        progress: whether to show it on standard error.
        cpus: that each task takes.
        at_once: how many tasks may be under way at a time; None for all that there is room for.

    Raises:
        RayOnAwsError: a task's input is wrong (unless `skip_bad`), or it cannot write.
    """
    begin = time.perf_counter()
    outcomes: list[Outcome] = []
    left_out = list(skipped)
    meter = Meter(label, sum(task.weight for task in tasks), shown=progress)
    # Closed at once, for an error to stop what is still running rather than leave it behind.
    with meter, closing(distribute(tasks, cpus=cpus, most=at_once)) as running:
        for outcome in running:
            meter.advance(outcome.weight)
            left_out += outcome.left_out
            if outcome.error is None:
                outcomes.append(outcome)
            elif skip_bad and outcome.bad_input:
                left_out.append(str(outcome.error))
            else:
                raise outcome.error
    remove_temporary(folder)
    return Summary(
        written=len(outcomes),
        already_there=already_there,
        skipped=tuple(sorted(left_out)),
        rows_in=sum(one.rows_in for one in outcomes),
        rows_out=sum(one.rows_out for one in outcomes),
        bytes_out=sum(one.bytes_out for one in outcomes),
        seconds=time.perf_counter() - begin,
        read_seconds=sum(one.read_seconds for one in outcomes),
        work_seconds=sum(one.work_seconds for one in outcomes),
        write_seconds=sum(one.write_seconds for one in outcomes),
        rejected=_added_up(outcomes),
    )


def _added_up(outcomes: Iterable[Outcome]) -> dict[str, int]:
    rejected: Counter[str] = Counter()
    for one in outcomes:
        rejected.update(one.rejected)
    return dict(rejected.most_common())
