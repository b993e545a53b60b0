"""Tuning from end to end: data laid out, ways searched, and the best held against the defaults."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

from errors import OutputError, UsageError
from workloads.bench import buckets
from workloads.bench.case import MB
from workloads.bench.catalogue import family_name
from workloads.bench.cluster import Cluster, ThisMachine, taking_part
from workloads.bench.places import output_folder, output_in_s3
from workloads.files.distribute import on_cluster
from workloads.files.places import Folder
from workloads.tune import sizing
from workloads.tune.budget import Budget
from workloads.tune.confirm import MOST_PAIRS, confirm
from workloads.tune.data import Desk, Tell, entry_of, files_of, given, made
from workloads.tune.dials import Place, dials, tunings
from workloads.tune.outcome import NO_TIME, NOTHING_FASTER, NOTHING_TO_TUNE, curves, judged
from workloads.tune.result import Result, Verdict
from workloads.tune.search import Found, search
from workloads.tune.settings import Settings
from workloads.tune.workshop import Trials, Workshop

# Of the time, the most that is kept back for the last word.
RESERVE = 0.45
# A run over a user's own data may take no more than this part of the time.
LONGEST_RUN = 1 / 40
OUTPUT_PER_INPUT = 2.5


def tune(settings: Settings, tell: Tell) -> Iterator[Result]:
    """Tunes one workload after the other, each in its share of the time.

    Args:
        settings: what.
        tell: is given a line now and then on what is being done.

    Raises:
        RayOnAwsError: the work fails with the defaults, or there is no room.
    """
    bench = settings.bench
    if on_cluster() and bench.storage is None:
        raise UsageError(
            "the nodes of a cluster have no folder in common: name one with "
            "--storage s3://BUCKET/PREFIX"
        )
    try:
        bench.logs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{bench.logs} cannot be made: {error.strerror}; input and logs are to be kept there"
        ) from error
    if bench.storage:
        buckets.ensure(bench.storage)
    with taking_part() as nodes, _output(settings) as (output, _):
        budget = Budget.of(settings.seconds)
        for number, workload in enumerate(bench.workloads):
            share = budget.share(1 / (len(bench.workloads) - number))
            with Workshop(bench.logs / "tune.log", family_name(workload)) as workshop:
                yield Tuner(settings, workload, nodes, output, workshop, share, tell).run()


def _output(settings: Settings) -> AbstractContextManager[tuple[Folder, str]]:
    bench = settings.bench
    if bench.storage:
        return output_in_s3(bench.storage)
    return output_folder(int(bench.size * OUTPUT_PER_INPUT), bench.output, bench.results)


@dataclass
class Tuner:
    """Tunes a workload.

    Attributes:
        settings: what, and on which data.
        workload: its name.
        nodes: where the work is done.
        output: a folder for what is written.
        workshop: a process for it.
        budget: the time for all of it.
        tell: is given a line now and then.
    """

    settings: Settings
    workload: str
    nodes: ThisMachine | Cluster
    output: Folder
    workshop: Workshop
    budget: Budget
    tell: Tell

    def run(self) -> Result:
        """Lays out the data, searches, and holds the best against the defaults."""
        begin = self.budget.clock()
        started_at = datetime.now(UTC).isoformat(timespec="seconds")
        seconds = self._lay_out()
        defaults = {name: one.default for name, one in self.workshop.asked().items()}
        turned = dials(defaults, self._place(), self.settings.fields)
        trials = Trials(self.workshop, turned, defaults, self._progress)
        last_word = 2 * MOST_PAIRS * seconds + self.workshop.seconds_to_start
        left = self.budget.left
        time_to_search = Budget.of(left - min(last_word, RESERVE * left), self.budget.clock)
        found = search([dial.scale for dial in turned], trials, time_to_search)
        contestants = self.workshop.contestants
        bytes_in = sum(one.bytes_in for one in contestants) // len(contestants)
        return Result(
            workload=self.workload,
            defaults={name: vars(one) for name, one in defaults.items()},
            found=tunings(turned, found.best, defaults),
            curves=curves(found, turned, defaults, trials),
            verdict=self._verdict(trials, found),
            mb_per_s=trials.mb_per_s(trials.control) or bytes_in / MB / seconds,
            kinds=tuple(one.spec.kind for one in contestants),
            bytes_in=bytes_in,
            files=files_of(contestants),
            runs=self.workshop.runs,
            seconds=self.budget.clock() - begin,
            machine=self.nodes.machine(),
            target=self.settings.bench.target,
            measured_at=started_at,
        )

    def _verdict(self, trials: Trials, found: Found) -> Verdict:
        """Whether what was found is to be used: see `workloads.tune.confirm`."""
        if not trials.control:
            return Verdict(kept=False, why=NOTHING_TO_TUNE)
        if not found.rounds:
            return Verdict(kept=False, why=NO_TIME)
        if found.best == trials.control:
            return Verdict(kept=False, why=NOTHING_FASTER)
        last = trials.anew()
        kinds = len(self.workshop.contestants)
        for number in range(kinds):
            for point in (trials.control, found.best):
                # What fails here does so again below, and is told there.
                last(point, number)
        duel = confirm(found.best, trials.control, last, self.budget, kinds=kinds)
        peaks = (last.peak_bytes(found.best), last.peak_bytes(trials.control))
        return judged(duel, [one.spec.kind for one in self.workshop.contestants], *peaks)

    def _lay_out(self) -> float:
        """Has data there on which a run takes about as long as it should; gives its seconds.

        Raises:
            UsageError: on a user's own data it takes far too long.
        """
        desk = Desk(self.workshop.engine, self.nodes, self.output)
        if self.settings.source:
            self.workshop.contestants = given(self.workload, self.settings.source, desk)
            return self._checked(self._a_run(cold=True)[0], self.settings.source)
        bench = self.settings.bench
        full = min(bench.size, entry_of(self.workload, bench.kinds).most_bytes or bench.size)
        wanted = self.budget.left * sizing.PART_OF_A_RUN
        size = sizing.first(self.workload, full)
        tried: list[int] = []
        while size not in tried:
            tried.append(size)
            self.workshop.contestants = made(bench, self.workload, size, desk, self.tell)
            self.tell(f"{self.workload}: how long do {size / MB:,.1f} MB take?")
            seconds, busy = self._a_run(cold=len(tried) == 1)
            size = sizing.following(size, seconds, busy, wanted, full, tried)
        return seconds

    def _a_run(self, *, cold: bool) -> tuple[float, float]:
        """What a warm run takes by default, and for how much of this a core is at work.

        In seconds, on the average over the kinds of data.
        """
        kinds = range(len(self.workshop.contestants))
        for number in kinds if cold else ():
            self.workshop.run({}, number)
        runs = [self.workshop.run({}, number) for number in kinds]
        seconds = statistics.mean(run.seconds for run in runs)
        cores = min(self.nodes.machine().vcpus, files_of(self.workshop.contestants))
        spent = [run.read_seconds + run.work_seconds + run.write_seconds for run in runs]
        busy = statistics.mean(spent) / cores
        # An engine that does not tell is taken to be at work all the time.
        return seconds, min(busy, seconds) or seconds

    def _checked(self, seconds: float, source: Folder) -> float:
        most = self.settings.seconds * LONGEST_RUN
        if seconds > most:
            raise UsageError(
                f"a run over {source.uri} takes {seconds:.1f} s, and for "
                f"--minutes {self.settings.seconds / 60:g} it should take no more than {most:.1f} "
                "s: name a folder with some of the files, or give it more minutes"
            )
        return seconds

    def _place(self) -> Place:
        contestants = self.workshop.contestants
        files = files_of(contestants)
        size = max(one.bytes_in for one in contestants) // files
        return Place(
            vcpus=self.nodes.machine().vcpus,
            node_vcpus=self.nodes.cpus_of_a_task(),
            files=files,
            file_bytes=size,
            written_bytes=int(size * OUTPUT_PER_INPUT),
        )

    def _progress(self, what: str) -> None:
        self.tell(f"{self.workload}: {what}, {self.budget.left:.0f} s left")
