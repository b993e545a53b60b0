"""The benchmark: every engine of the catalogue started, warmed up and measured by turns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from errors import OutputError, UsageError
from workloads.bench import buckets, families, tunings
from workloads.bench.case import MB, Case, Comparison, Machine, Measurement
from workloads.bench.catalogue import Entry, check_no_peers, entries, kinds_of
from workloads.bench.child import Engine, Engines
from workloads.bench.cluster import Cluster, ThisMachine, taking_part
from workloads.bench.contestant import Contestant
from workloads.bench.families import Spec
from workloads.bench.figures import OURS, START, WARM
from workloads.bench.places import (
    CODEC,
    below,
    check_space,
    input_folder,
    is_complete,
    output_folder,
    output_in_s3,
    plain_size,
)
from workloads.bench.settings import Settings
from workloads.bench.wording import speed
from workloads.files.distribute import on_cluster
from workloads.files.places import Folder

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Setting:
    """What all cases of a benchmark have in common; see `Case`."""

    scale: str
    target: str
    storage: str
    machine: Machine
    subcluster: str = ""
    started_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))


@dataclass(frozen=True)
class Work:
    """What an engine is to do: an entry of the catalogue, and the data set to do it on or make."""

    entry: Entry
    spec: Spec

    @property
    def reads(self) -> bool:
        """Whether it reads the data set, which is there before."""
        return not self.entry.makes

    @property
    def output_bytes(self) -> int:
        """About what it writes, at the most."""
        return int(self.spec.size * self.entry.output_per_input)


def run(settings: Settings, tell: Tell) -> list[Case]:
    """Measures everything that is asked for.

    Args:
        settings: what.
        tell: is given a line now and then on what is being done.

    Raises:
        RayOnAwsError: an engine failed, or there is no room.
    """
    _check(settings)
    contests = planned(settings)
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
        work = [one for contest in contests for one in contest]
        sources = ensure_input(settings, {one.spec: None for one in work if one.reads}, tell)
        with _output(settings, work) as (output, storage), Engines(settings.logs) as engines:
            setting = Setting(
                settings.scale, settings.target, storage, nodes.machine(), settings.subcluster
            )
            return [
                case
                for contestants in _contests(contests, sources, output, engines, nodes)
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


def planned(settings: Settings) -> list[list[Work]]:
    """Who is to do what, for each workload and each kind of data.

    Raises:
        UsageError: there is no such data.
    """
    return [
        [
            Work(entry, _spec(entry, settings.size, kind, settings.seed))
            for entry in entries(
                workload,
                kind,
                peers=settings.peers,
                engines=settings.engines,
                repeats=settings.repeats,
            )
        ]
        for workload in settings.workloads
        for kind in kinds_of(workload, settings.kinds)
    ]


def _spec(entry: Entry, size: int, kind: str, seed: int) -> Spec:
    """The data set that an entry of the catalogue is given where that size is asked for."""
    spec: Any = families.find(entry.family).spec(entry.size(size), kind, seed)
    if entry.multiple > 1:
        spec = replace(spec, rows=max(spec.rows // entry.multiple, 1) * entry.multiple)
    found: Spec = spec
    return found


def _output(settings: Settings, work: Sequence[Work]) -> AbstractContextManager[tuple[Folder, str]]:
    if settings.storage:
        return output_in_s3(settings.storage)
    # What an engine has written is removed before the next one begins.
    needed = max((one.output_bytes for one in work), default=0)
    return output_folder(needed, settings.output, settings.results)


@dataclass(frozen=True)
class Source:
    """A data set that is there.

    Attributes:
        folder: where.
        size: bytes of its plain encoding.
    """

    folder: Folder
    size: int


def ensure_input(settings: Settings, specs: Collection[Spec], tell: Tell) -> dict[Spec, Source]:
    """The data sets and the folders they are in; made first where they are not there.

    Raises:
        OutputError: no room for them.
        ServiceError: one could not be made.
        StorageError: the store refuses or cannot be reached.
    """
    folders = {spec: input_folder(settings.kept, spec) for spec in specs}
    missing = [spec for spec in specs if not is_complete(folders[spec], spec)]
    if missing:
        if not settings.storage:
            check_space(settings.results, sum(spec.size for spec in missing))
        # By the floor, so that no Ray has to be started for it on this machine.
        with Engine("floor", settings.logs / "input.log") as engine:
            for spec in missing:
                tell(f"making the input: {spec.rows:,} rows of {spec.kind}, kept for next time")
                engine.call("make_input", spec, folders[spec].uri)
    return {spec: Source(folder, plain_size(folder)) for spec, folder in folders.items()}


def _contests(
    contests: Sequence[Sequence[Work]],
    sources: Mapping[Spec, Source],
    output: Folder,
    engines: Engines,
    nodes: ThisMachine | Cluster,
) -> Iterator[list[Contestant]]:
    """Who takes part in each contest, when it is time for it."""
    flat = [one for one in contests if one]
    for _, of_family in groupby(flat, lambda contest: contest[0].entry.family):
        engines.end_all()
        for _, of_workload in groupby(of_family, lambda contest: contest[0].entry.workload):
            engines.end_fresh()
            for contest in of_workload:
                yield [
                    contestant(one, engines.get(one.entry), nodes, sources.get(one.spec), output)
                    for one in contest
                ]


def contestant(
    work: Work,
    engine: Engine,
    nodes: ThisMachine | Cluster,
    source: Source | None,
    output: Folder,
) -> Contestant:
    """Who does a piece of work.

    Args:
        work: what.
        engine: its process.
        nodes: where it does the work.
        source: the data set, where that is there before.
        output: the folder that what is written goes below.
    """
    read = source if work.reads else None
    return Contestant(
        entry=work.entry,
        engine=engine,
        nodes=nodes,
        spec=work.spec,
        source=read.folder if read else None,
        bytes_in=read.size if read else work.spec.size,
        folder=below(output, work.entry.engine),
    )


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
                one.phases.setdefault(WARM, []).append(measured)
                rate = speed(one.bytes_in / MB / measured.seconds)
                tell(f"{one}: run {number + 1} of {one.entry.repeats}, {rate} MB/s")


def _cases(contestants: Sequence[Contestant], setting: Setting) -> Iterator[Case]:
    ours = next((one for one in contestants if one.entry.engine == OURS), None)
    for one in contestants:
        comparison = compared(ours, one) if ours else None
        for phase, measurements in one.phases.items():
            yield case_of(one, phase, measurements, setting, comparison if phase == WARM else None)


def compared(ours: Contestant, other: Contestant) -> Comparison | None:
    """How what another one made compares with ours; None where it has not made the same."""
    # An engine that is so slow that it was given less has made other rows.
    alike = ours is not other and ours.spec == other.spec
    if not alike or ours.sample is None or other.sample is None:
        return None
    return families.compare(other.entry.workload, ours.sample, other.sample)


def case_of(
    one: Contestant,
    phase: str,
    measurements: Sequence[Measurement],
    setting: Setting,
    comparison: Comparison | None,
) -> Case:
    """What was measured of a contestant, as a row of the result."""
    return Case(
        workload=one.entry.workload,
        engine=one.entry.engine,
        phase=phase,
        kind=one.spec.kind,
        scale=setting.scale,
        target=setting.target,
        bytes_in=0 if phase == START else one.bytes_in,
        files_in=len(one.spec.tasks(one.folder, CODEC)),
        storage=setting.storage,
        measurements=tuple(measurements),
        comparison=comparison,
        machine=setting.machine,
        started_at=setting.started_at,
        subcluster=setting.subcluster,
        tuning=tunings.told(one.asked),
    )
