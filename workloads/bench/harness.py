"""The benchmark: every engine of the catalogue started, warmed up and measured by turns."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from errors import OutputError, ServiceError
from workloads.bench.case import Case, Machine, Measurement
from workloads.bench.catalogue import Entry, entries
from workloads.bench.child import Engine, Engines
from workloads.bench.compare import compare, row_count, sample
from workloads.bench.machine import describe
from workloads.bench.places import check_space, input_folder, is_complete, output_folder
from workloads.files.parquet import plain_bytes
from workloads.text.characters import ROW_BYTES
from workloads.text.generate import TextSpec

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Settings:
    """What to measure.

    Attributes:
        workloads: names of the catalogue, or functions as `module:function`.
        kinds: of text.
        size: of the input, in bytes of text.
        scale: what the user called this size.
        seed: of the input.
        peers: whether peers take part.
        engines: only these engines, peers or not; empty for all.
        repeats: measured runs, instead of the catalogue's number.
        results: the folder for what is kept: input, logs, reports.
        output: the folder for output; None for the fastest that has room.
    """

    workloads: Sequence[str]
    kinds: Sequence[str]
    size: int
    scale: str
    seed: int
    peers: bool
    engines: Sequence[str]
    repeats: int | None
    results: Path
    output: Path | None

    @property
    def logs(self) -> Path:
        """Where engines write what they have to say."""
        return self.results / "logs"


@dataclass(frozen=True)
class Setting:
    """What all cases of a benchmark have in common; see `Case`."""

    scale: str
    storage: str
    machine: Machine
    started_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))


@dataclass
class Contestant:
    """An engine at a workload on one kind of text.

    Attributes:
        entry: from the catalogue.
        engine: its process, which it keeps for all kinds of the workload.
        spec: the data set to make, or to work on.
        source: the folder of the input.
        bytes_in: see `Case`.
        folder: where it writes.
        phases: what was measured, by phase.
        sample: some rows of its result, once looked at.
    """

    entry: Entry
    engine: Engine
    spec: TextSpec
    source: Path
    bytes_in: int
    folder: Path
    phases: dict[str, list[Measurement]] = field(default_factory=dict)
    sample: pa.Table | None = None

    def __str__(self) -> str:
        return f"{self.entry.workload}, {self.spec.kind}, {self.entry.engine}"

    def start(self) -> None:
        """Starts the engine and does the first run, which is the cold one."""
        usage = self.engine.measure("start")
        started = Measurement(**vars(usage), spilled_bytes=0, bytes_out=0, rows=0)
        self.phases["start"] = [started]
        self.phases["cold"] = [self.run()]

    def run(self) -> Measurement:
        """Does the workload once, into a folder that is then removed.

        Raises:
            ServiceError: the engine failed, or did not do all the rows.
        """
        before = self._spilled()
        usage = self.engine.measure(*self._call())
        spilled = self._spilled() - before
        self._check()
        size = sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file())
        shutil.rmtree(self.folder)
        return Measurement(
            **vars(usage), spilled_bytes=spilled, bytes_out=size, rows=self.spec.rows
        )

    def _call(self) -> tuple[Any, ...]:
        if self.entry.workload == "text.generate":
            return ("generate", self.spec, self.folder)
        if self.entry.workload == "text.clean":
            return ("clean", self.source, self.folder)
        return ("transform", self.source, self.folder, self.entry.workload)

    def _check(self) -> None:
        """Looks at what was written: all rows, and for the first time, some of them."""
        rows = row_count(self.folder)
        # Only a user's function may change their number.
        if rows != self.spec.rows and ":" not in self.entry.workload:
            raise ServiceError(f"{self} wrote {rows} rows where {self.spec.rows} are due")
        if self.sample is None and self.entry.workload == "text.clean":
            self.sample = sample(self.folder)

    def _spilled(self) -> int:
        has_store = self.entry.engine in ("ours", "baseline")
        return int(self.engine.call("spilled_bytes")) if has_store else 0


def run(settings: Settings, tell: Tell) -> list[Case]:
    """Measures everything that is asked for.

    Args:
        settings: what.
        tell: is given a line now and then on what is being done.

    Raises:
        RayOnAwsError: an engine failed, or there is no room.
    """
    try:
        settings.logs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{settings.logs} cannot be made: {error.strerror}; input and logs are to be kept there"
        ) from error
    sources = ensure_input(settings, tell)
    cases: list[Case] = []
    with (
        output_folder(settings.size, settings.output, settings.results) as (output, storage),
        Engines(settings.logs) as engines,
    ):
        setting = Setting(settings.scale, storage, describe())
        for workload in settings.workloads:
            engines.end_fresh()
            for spec, source in sources.items():
                taking_part = entries(
                    workload,
                    spec.kind,
                    peers=settings.peers,
                    engines=settings.engines,
                    repeats=settings.repeats,
                )
                contestants = [
                    _contestant(entry, engines.get(entry), spec, source, output)
                    for entry in taking_part
                ]
                _measure(contestants, tell)
                cases += _cases(contestants, setting)
    return cases


def ensure_input(settings: Settings, tell: Tell) -> dict[TextSpec, Path]:
    """The data set of each kind and the folder it is in; made first where it is not there.

    Raises:
        OutputError: no room for it.
        ServiceError: it could not be made.
    """
    specs = [TextSpec.sized(settings.size, kind, settings.seed) for kind in settings.kinds]
    folders = {spec: input_folder(settings.results, spec) for spec in specs}
    missing = [spec for spec in specs if not is_complete(folders[spec], spec)]
    if missing:
        check_space(settings.results, sum(spec.rows * ROW_BYTES for spec in missing))
        # Plain processes, so that no Ray has to be started for it.
        with Engine("floor", settings.logs / "input.log") as engine:
            for spec in missing:
                tell(f"making the input: {spec.rows:,} rows of {spec.kind}, kept for next time")
                engine.call("make_input", spec, folders[spec])
    return folders


def _contestant(
    entry: Entry, engine: Engine, spec: TextSpec, source: Path, output: Path
) -> Contestant:
    if entry.most_bytes is not None:
        spec = replace(spec, rows=min(spec.rows, entry.most_bytes // ROW_BYTES))
    spec = replace(spec, rows=max(spec.rows // entry.multiple, 1) * entry.multiple)
    if entry.workload == "text.generate":
        size = spec.rows * ROW_BYTES
    else:
        size = sum(plain_bytes(pq.read_metadata(file)) for file in source.glob("*.parquet"))
    return Contestant(entry, engine, spec, source, size, output / entry.engine)


def _measure(contestants: Sequence[Contestant], tell: Tell) -> None:
    for one in contestants:
        tell(f"{one}: starting and warming up")
        if not one.engine.started:
            one.start()
        for _ in range(one.entry.warm_ups):
            one.run()
    for number in range(max((one.entry.repeats for one in contestants), default=0)):
        # Each round begins with another engine, so that none has a place of its own.
        first = number % len(contestants)
        for one in [*contestants[first:], *contestants[:first]]:
            if number < one.entry.repeats:
                measured = one.run()
                one.phases.setdefault("warm", []).append(measured)
                rate = one.bytes_in / 1e6 / measured.seconds
                tell(f"{one}: run {number + 1} of {one.entry.repeats}, {rate:.0f} MB/s")


def _cases(contestants: Sequence[Contestant], setting: Setting) -> Iterator[Case]:
    ours = next((one.sample for one in contestants if one.entry.engine == "ours"), None)
    for one in contestants:
        comparison = None
        if one.entry.engine not in ("ours", "floor") and None not in (ours, one.sample):
            comparison = compare(ours, one.sample)
        for phase, measurements in one.phases.items():
            yield Case(
                workload=one.entry.workload,
                engine=one.entry.engine,
                phase=phase,
                kind=one.spec.kind,
                scale=setting.scale,
                target="local",
                bytes_in=0 if phase == "start" else one.bytes_in,
                storage=setting.storage,
                measurements=tuple(measurements),
                comparison=comparison if phase == "warm" else None,
                machine=setting.machine,
                started_at=setting.started_at,
            )
