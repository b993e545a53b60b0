"""A job in stages: each has tasks that write files, which those of the next stage read.

What stages leave for one another lies in `_stages/` of the output folder, and goes when the job is
done. A run that was killed goes on with the tasks whose files are not there yet.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from errors import RayOnAwsError
from workloads.files.commit import whole_file
from workloads.files.job import Summary, run_job
from workloads.files.numbering import Check, fingerprint, numbered
from workloads.files.parquet import Clock, check_codec
from workloads.files.places import Folder, check_apart, input_files
from workloads.files.record import LEFT_OUT, STAGES, claim, writing
from workloads.files.tasks import Outcome, Task

Item = TypeVar("Item")


@dataclass
class Account:
    """What a task keeps account of while it works; see `Outcome`."""

    rows_in: int = 0
    rows_out: int = 0
    bytes_out: int = 0
    reading: Clock = field(default_factory=Clock)
    working: Clock = field(default_factory=Clock)
    writing: Clock = field(default_factory=Clock)


@dataclass(frozen=True)
class StageTask(ABC):
    """A task of a stage.

    Attributes:
        name: the file to write, within the folder of the stage.
        weight: see `Task`.
    """

    name: str
    weight: int

    def run(self) -> Outcome:
        """Makes the file; see `Task`."""
        account = Account()
        try:
            self.work(account)
        except RayOnAwsError as error:
            return Outcome(self.name, self.weight, error=error)
        return Outcome(
            self.name,
            self.weight,
            rows_in=account.rows_in,
            rows_out=account.rows_out,
            bytes_out=account.bytes_out,
            read_seconds=account.reading.seconds,
            work_seconds=account.working.seconds,
            write_seconds=account.writing.seconds,
        )

    @abstractmethod
    def work(self, account: Account) -> None:
        """Makes the file.

        Raises:
            RayOnAwsError: the input is wrong, or the file cannot be written.
        """


class StagedJob:
    """What is to be done to all files of a source, in stages.

    Attributes:
        origin: the folder that the files are in.
        target: where the result goes.
        parts: the files that are read; bad ones are not among them, once they are known.
        files: how many of them there were at first; the same whichever turn out to be bad.
        rows: how many numbers their rows have; the same likewise.
        skipped: why others are not.
        codec: of the result.
    """

    def __init__(
        self,
        label: str,
        source: str | Path,
        destination: str | Path,
        *,
        options: Mapping[str, Any],
        check: Check,
        codec: str,
        skip_bad: bool,
        progress: bool,
    ) -> None:
        """Looks at the input, and makes the output folder this job's.

        Args:
            label: the name of the workload.
            source: a folder or a file, local or `s3://BUCKET/FOLDER`.
            destination: a folder, local or `s3://BUCKET/FOLDER`; new, empty, or of this same run.
            options: what else decides the result, as JSON has them.
            check: raises InputError where the columns of a file are not what the work needs; gives
                the type that is to be the same in all files, if any is.
            codec: of the result.
            skip_bad: leave out files that cannot be read, and list them.
            progress: whether to show it on standard error.

        Raises:
            UsageError: the arguments do not go together.
            InputError: no input, or a bad file and not `skip_bad`.
            OutputError: the destination holds something else, or may not be written.
            StorageError: a store refuses or cannot be reached.
        """
        check_codec(codec)
        self.codec = codec
        self.skip_bad = skip_bad
        self._label = label
        self._progress = progress
        self.origin, files = input_files(Folder.of(source))
        self.target = Folder.of(destination)
        check_apart(Folder.of(source), self.target)
        self.parts, self.skipped = numbered(self.origin, files, check, skip_bad=skip_bad)
        run = {
            "workload": label,
            "options": dict(options),
            "source": self.origin.uri,
            # Which rows stay depends on all files: if one is another, it is another run.
            "input files": fingerprint(files),
            "codec": codec,
            "skip_bad": skip_bad,
        }
        self._claimed_before = claim(self.target, run)
        self.files = len(self.parts)
        self.rows = self.parts[-1].stop if self.parts else 0
        self._done: list[Summary] = []
        if self._claimed_before and (found := self.target.read(LEFT_OUT)):
            left_out = json.loads(found)
            self._leave_out(left_out["files"], left_out["reasons"])

    def stage(self, name: str) -> Folder:
        """The folder for the files of a stage."""
        return self.target.within(f"{STAGES}/{name}")

    def missing(self, names: Sequence[str]) -> list[str]:
        """Those files of the result that are still to be made."""
        if not self._claimed_before:
            return list(names)
        there = {file.name for file in self.target.files()}
        return [name for name in names if name not in there]

    def read_all(self, name: str, tasks: Sequence[Task]) -> None:
        """The first stage: a task for each part, in order; parts that cannot be read are left out.

        Raises:
            RayOnAwsError: a part is bad and not `skip_bad`, or a task cannot write.
        """
        parts = {task.name: part.file.name for task, part in zip(tasks, self.parts, strict=True)}
        summary = self._run(self.stage(name), name, tasks, skip_bad=self.skip_bad)
        if not summary.skipped:
            return
        there = {file.name for file in self.stage(name).files()}
        bad = [part for task, part in parts.items() if task not in there]
        with whole_file(self.target, LEFT_OUT) as file:
            content = {"files": bad, "reasons": summary.skipped}
            file.write(json.dumps(content, indent=2, ensure_ascii=False).encode())
        self._leave_out(bad, summary.skipped)

    def run(self, name: str, tasks: Sequence[Task]) -> None:
        """A stage between the first and the last.

        Raises:
            RayOnAwsError: a task cannot read or write.
        """
        self._run(self.stage(name), name, tasks)

    def finish(self, tasks: Sequence[Task], already_there: int = 0) -> Summary:
        """The last stage, which writes the result; what came of the job.

        Raises:
            RayOnAwsError: a task cannot read or write.
        """
        last = self._run(self.target, "result", tasks)
        self.target.within(STAGES).clear()
        return replace(
            last,
            already_there=already_there,
            skipped=tuple(sorted(self.skipped)),
            rows_in=sum(part.rows for part in self.parts) if tasks else 0,
            seconds=sum(one.seconds for one in self._done),
            read_seconds=sum(one.read_seconds for one in self._done),
            work_seconds=sum(one.work_seconds for one in self._done),
            write_seconds=sum(one.write_seconds for one in self._done),
        )

    def _run(
        self, folder: Folder, name: str, tasks: Sequence[Task], *, skip_bad: bool = False
    ) -> Summary:
        there = {file.name for file in folder.files()} if self._claimed_before else set()
        with writing(self.target):
            summary = run_job(
                folder,
                [task for task in tasks if task.name not in there],
                label=f"{self._label}:{name}",
                skip_bad=skip_bad,
                progress=self._progress,
            )
        self._done.append(summary)
        return summary

    def _leave_out(self, names: Sequence[str], reasons: Sequence[str]) -> None:
        self.skipped += reasons
        self.parts = [part for part in self.parts if part.file.name not in names]


def clocked(clock: Clock, items: Iterator[Item]) -> Iterator[Item]:
    """The items, with the time that it takes to get them added up."""
    while True:
        with clock.running():
            try:
                item = next(items)
            except StopIteration:
                return
        yield item
