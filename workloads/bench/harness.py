"""The benchmark: every engine of the catalogue started, warmed up and measured by turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from errors import OutputError, ServiceError, UsageError
from workloads.bench import buckets
from workloads.bench.case import Case, Machine, Measurement, Split
from workloads.bench.catalogue import Entry, check_no_peers, entries
from workloads.bench.child import Engine, Engines
from workloads.bench.cluster import Cluster, ThisMachine, taking_part
from workloads.bench.compare import compare, row_count, sample
from workloads.bench.places import (
    below,
    check_space,
    input_folder,
    is_complete,
    output_folder,
    output_in_s3,
    plain_size,
    remove,
)
from workloads.files.distribute import on_cluster
from workloads.files.places import Folder
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
        results: the folder of this machine for what is kept: logs, reports, and local input.
        output: the local folder for output; None for the fastest that has room.
        storage: the folder in S3 for input and output; None for local ones.
        target: what `Case` calls the place where this runs.
        subcluster: of the cluster, for `remote.arguments`; empty for all of it.
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
    storage: Folder | None = None
    target: str = "local"
    subcluster: str = ""

    @property
    def kept(self) -> Folder:
        """Where input is kept."""
        return self.storage or Folder.of(self.results)

    @property
    def logs(self) -> Path:
        """Where engines write what they have to say."""
        return self.results / "logs"


@dataclass(frozen=True)
class Setting:
    """What all cases of a benchmark have in common; see `Case`."""

    scale: str
    target: str
    storage: str
    machine: Machine
    started_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))


@dataclass
class Contestant:
    """An engine at a workload on one kind of text.

    Attributes:
        entry: from the catalogue.
        engine: its process, which it keeps for all kinds of the workload.
        nodes: where it does the work.
        spec: the data set to make, or to work on.
        source: the folder of the input.
        bytes_in: see `Case`.
        folder: where it writes.
        phases: what was measured, by phase.
        sample: some rows of its result, once looked at.
    """

    entry: Entry
    engine: Engine
    nodes: ThisMachine | Cluster
    spec: TextSpec
    source: Folder
    bytes_in: int
    folder: Folder
    phases: dict[str, list[Measurement]] = field(default_factory=dict)
    sample: pa.Table | None = None

    def __str__(self) -> str:
        return f"{self.entry.workload}, {self.spec.kind}, {self.entry.engine}"

    def start(self) -> None:
        """Starts the engine and does the first run, which is the cold one."""
        usage, _ = self.engine.measure("start", also=self.nodes.meters())
        started = Measurement(**vars(usage), spilled_bytes=0, bytes_out=0, rows=0)
        self.phases["start"] = [started]
        self.phases["cold"] = [self.run()]

    def run(self) -> Measurement:
        """Does the workload once, into a folder that is then removed.

        Raises:
            ServiceError: the engine failed, or did not do all the rows.
        """
        before = self._spilled()
        usage, told = self.engine.measure(*self._call(), also=self.nodes.meters())
        spilled = self._spilled() - before
        self._check()
        size = sum(file.size for file in self.folder.files())
        remove(self.folder)
        return Measurement(
            **vars(usage),
            spilled_bytes=spilled,
            bytes_out=size,
            rows=self.spec.rows,
            **vars(told or Split()),
        )

    def _call(self) -> tuple[Any, ...]:
        # Plain texts, as an engine is to load no more than it needs itself.
        source, folder = self.source.uri, self.folder.uri
        if self.entry.workload == "text.generate":
            return ("generate", self.spec, folder)
        if self.entry.workload == "text.clean":
            return ("clean", source, folder)
        return ("transform", source, folder, self.entry.workload)

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
    _check(settings)
    try:
        settings.logs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{settings.logs} cannot be made: {error.strerror}; input and logs are to be kept there"
        ) from error
    if settings.storage:
        buckets.ensure(settings.storage)
    if on_cluster():
        tell("connecting to the cluster, and waiting for a free CPU of it")
    with taking_part() as nodes:
        sources = ensure_input(settings, tell)
        with _output(settings) as (output, storage), Engines(settings.logs) as engines:
            setting = Setting(settings.scale, settings.target, storage, nodes.machine())
            return [
                case
                for contestants in _contests(settings, sources, output, engines, nodes)
                for case in _measured(contestants, nodes, setting, tell)
            ]


def _check(settings: Settings) -> None:
    """Raises UsageError for what cannot be measured where it is to be measured."""
    if on_cluster() and settings.storage is None:
        raise UsageError(
            "the nodes of a cluster have no folder in common: name one with "
            "--storage s3://BUCKET/PREFIX"
        )
    if settings.subcluster and not on_cluster():
        raise UsageError("there is no cluster to have a subcluster: set RAY_ADDRESS")
    if settings.storage:
        check_no_peers(settings.engines, peers=settings.peers)


def _output(settings: Settings) -> AbstractContextManager[tuple[Folder, str]]:
    if settings.storage:
        return output_in_s3(settings.storage)
    return output_folder(settings.size, settings.output, settings.results)


def ensure_input(settings: Settings, tell: Tell) -> dict[TextSpec, Folder]:
    """The data set of each kind and the folder it is in; made first where it is not there.

    Raises:
        OutputError: no room for it.
        ServiceError: it could not be made.
        StorageError: the store refuses or cannot be reached.
    """
    specs = [TextSpec.sized(settings.size, kind, settings.seed) for kind in settings.kinds]
    folders = {spec: input_folder(settings.kept, spec) for spec in specs}
    missing = [spec for spec in specs if not is_complete(folders[spec], spec)]
    if missing:
        if not settings.storage:
            check_space(settings.results, sum(spec.rows * ROW_BYTES for spec in missing))
        # By the floor, so that no Ray has to be started for it on this machine.
        with Engine("floor", settings.logs / "input.log") as engine:
            for spec in missing:
                tell(f"making the input: {spec.rows:,} rows of {spec.kind}, kept for next time")
                engine.call("make_input", spec, folders[spec].uri)
    return folders


def _contests(
    settings: Settings,
    sources: dict[TextSpec, Folder],
    output: Folder,
    engines: Engines,
    nodes: ThisMachine | Cluster,
) -> Iterator[list[Contestant]]:
    """Who takes part, for each workload and each kind of text."""
    sizes = {spec: plain_size(source) for spec, source in sources.items()}
    for workload in settings.workloads:
        engines.end_fresh()
        for spec, source in sources.items():
            taking_turns = entries(
                workload,
                spec.kind,
                peers=settings.peers,
                engines=settings.engines,
                repeats=settings.repeats,
            )
            yield [
                _contestant(entry, engines.get(entry), nodes, spec, source, sizes[spec], output)
                for entry in taking_turns
            ]


def _contestant(
    entry: Entry,
    engine: Engine,
    nodes: ThisMachine | Cluster,
    spec: TextSpec,
    source: Folder,
    size: int,
    output: Folder,
) -> Contestant:
    if entry.most_bytes is not None:
        spec = replace(spec, rows=min(spec.rows, entry.most_bytes // ROW_BYTES))
    spec = replace(spec, rows=max(spec.rows // entry.multiple, 1) * entry.multiple)
    if entry.workload == "text.generate":
        size = spec.rows * ROW_BYTES
    return Contestant(entry, engine, nodes, spec, source, size, below(output, entry.engine))


def _measured(
    contestants: Sequence[Contestant], nodes: ThisMachine | Cluster, setting: Setting, tell: Tell
) -> Iterator[Case]:
    for group in [contestants] if nodes.by_turns else [[one] for one in contestants]:
        _warm_up(group, tell)
        _take_turns(group, tell)
    yield from _cases(contestants, setting)


def _warm_up(contestants: Sequence[Contestant], tell: Tell) -> None:
    for one in contestants:
        tell(f"{one}: starting and warming up")
        if not one.engine.started:
            one.start()
        for _ in range(one.entry.warm_ups):
            one.run()


def _take_turns(contestants: Sequence[Contestant], tell: Tell) -> None:
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
                target=setting.target,
                bytes_in=0 if phase == "start" else one.bytes_in,
                storage=setting.storage,
                measurements=tuple(measurements),
                comparison=comparison if phase == "warm" else None,
                machine=setting.machine,
                started_at=setting.started_at,
            )
