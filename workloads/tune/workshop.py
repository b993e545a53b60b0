"""Where a workload is tried: a process that stays warm, and the workload's data of each kind."""

from __future__ import annotations

import json
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from errors import ServiceError
from workloads.bench.case import MB, Measurement
from workloads.bench.child import Engine
from workloads.bench.contestant import Contestant
from workloads.bench.figures import OURS
from workloads.bench.tunings import worded
from workloads.files.tuning import Asked, Tuning
from workloads.tune.dials import Dial, tunings
from workloads.tune.points import Point, Run

SECONDS_BETWEEN_LINES = 3.0


class Workshop:
    """Does a workload, cut up in whichever way is asked for.

    Attributes:
        engine: the process.
        contestants: the workload on each kind of data.
        runs: how many there were so far, those that count for nothing too.
        seconds_to_start: that a new process took until its first run was over.
    """

    def __init__(self, log: Path, family: str) -> None:
        self.contestants: Sequence[Contestant] = ()
        self.runs = 0
        self.seconds_to_start = 0.0
        self._log = log
        self._family = family
        self._begin = time.monotonic()
        self.engine = self._begun()

    def __enter__(self) -> Workshop:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.engine.__exit__(kind, error, trace)

    def renew(self) -> None:
        """Takes a new process, as a later job has one, with no memory of what was tried before."""
        self.engine.__exit__(None, None, None)
        self.engine = self._begun()

    def run(self, said: Mapping[str, Mapping[str, Any]], number: int) -> Measurement:
        """Does the work once, on the kind of data whose turn it is.

        Args:
            said: the tunings, as RAY_ON_AWS_TUNING has them.
            number: of the round.

        Raises:
            ServiceError: the engine failed, or did not do all the rows.
        """
        one = self.contestants[number % len(self.contestants)]
        one.engine = self.engine
        self.engine.call("go_by", json.dumps(said))
        measured = one.run()
        self.runs += 1
        self.seconds_to_start = self.seconds_to_start or time.monotonic() - self._begin
        return measured

    def asked(self) -> Mapping[str, Asked]:
        """What the last run has asked for: see `workloads.files.tuning`."""
        return {name: one for each in self.contestants for name, one in each.asked.items()}

    def _begun(self) -> Engine:
        engine = Engine(OURS, self._log)
        try:
            engine.load(self._family)
            engine.call("start")
        except BaseException:
            engine.__exit__(None, None, None)
            raise
        return engine


class Trials:
    """Measures points, for the search and for the last word.

    Args:
        workshop: where.
        dials: that a point is the steps of.
        defaults: of each function.
        tell: is given a line on a run now and then.

    Attributes:
        control: the point of the defaults.
    """

    def __init__(
        self,
        workshop: Workshop,
        dials: Sequence[Dial],
        defaults: Mapping[str, Tuning],
        tell: Callable[[str], None],
    ) -> None:
        self.control = tuple(dial.start for dial in dials)
        self._workshop = workshop
        self._dials = dials
        self._defaults = defaults
        self._tell = tell
        self._told_at = 0.0
        self._settled: set[Point] = set()
        self._runs: dict[Point, list[tuple[int, Measurement]]] = defaultdict(list)

    def __call__(self, point: Point, number: int) -> Run:
        """A run; see `Measure`.

        Raises:
            ServiceError: with the defaults, the engine failed.
        """
        said = tunings(self._dials, point, self._defaults)
        try:
            if self._cpus(point) not in self._settled:
                # A model is loaded anew for another number of threads, and that is done once.
                self._workshop.run(said, number)
                self._settled.add(self._cpus(point))
            measured = self._workshop.run(said, number)
        except ServiceError as error:
            if point == self.control:
                raise
            self._renew()
            return Run(0.0, str(error).splitlines()[0])
        self._runs[point].append((number % len(self._workshop.contestants), measured))
        self._progress(said)
        return Run(measured.seconds)

    def anew(self) -> Trials:
        """The same in a new process, which remembers nothing of what was tried in this one."""
        self._renew()
        return Trials(self._workshop, self._dials, self._defaults, self._tell)

    def peak_bytes(self, point: Point) -> int:
        """The most memory that a process has taken in its runs."""
        return max((run.peak_process_rss_bytes for _, run in self._runs[point]), default=0)

    def mb_per_s(self, point: Point) -> float:
        """Megabytes a second, over the kinds of data that it was run on; 0 without a run."""
        seconds: dict[int, list[float]] = defaultdict(list)
        for kind, run in self._runs[point]:
            seconds[kind].append(run.seconds)
        size = sum(self._workshop.contestants[kind].bytes_in for kind in seconds)
        taken = sum(statistics.median(runs) for runs in seconds.values())
        return size / MB / taken if taken else 0.0

    def _renew(self) -> None:
        self._workshop.renew()
        self._settled.clear()

    def _cpus(self, point: Point) -> Point:
        pairs = zip(self._dials, point, strict=True)
        return tuple(step for dial, step in pairs if dial.field == "cpus")

    def _progress(self, said: Mapping[str, Mapping[str, Any]]) -> None:
        now = time.monotonic()
        if now - self._told_at < SECONDS_BETWEEN_LINES:
            return
        self._told_at = now
        fields = {name: value for one in said.values() for name, value in one.items()}
        self._tell(f"run {self._workshop.runs}, {worded(fields)}")
