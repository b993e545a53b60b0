"""Every workload measured with every pool, the pools by turns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import groupby

from errors import UsageError
from workloads.bench import buckets
from workloads.bench.case import MB, Case, Measurement
from workloads.bench.child import Engine
from workloads.bench.cluster import Cluster, connected, nodes_of
from workloads.bench.contestant import Contestant
from workloads.bench.families import Spec
from workloads.bench.figures import OURS, WARM
from workloads.bench.harness import (
    Setting,
    Source,
    Tell,
    Work,
    case_of,
    compared,
    contestant,
    ensure_input,
    planned,
)
from workloads.bench.places import below, output_in_s3
from workloads.bench.settings import Settings
from workloads.bench.wording import speed
from workloads.files.distribute import SUBCLUSTER, SUBCLUSTER_LABEL, on_cluster
from workloads.files.places import Folder

# For each pool, how many CPUs may be used at a time.
Limits = Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Place:
    """A pool, and where what it does goes."""

    name: str
    nodes: Cluster
    limits: Sequence[int]
    setting: Setting
    output: Folder


@dataclass
class Runner:
    """A pool at a workload on one data set.

    Attributes:
        place: the pool.
        contestant: `ours`, kept to it.
        measured: for each limit of CPUs, in the order of the rounds.
    """

    place: Place
    contestant: Contestant
    measured: dict[int, list[Measurement]] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.contestant.entry.workload}, {self.contestant.spec.kind}, {self.place.name}"

    def warm_up(self) -> None:
        """Starts the engine where it has not been, and does what is not measured."""
        if not self.contestant.engine.started:
            self.contestant.start()
        for _ in range(self.contestant.entry.warm_ups):
            self.contestant.run()

    def run(self, limit: int) -> Measurement:
        """Does the workload once on so many CPUs."""
        self.contestant.engine.call("limit", limit)
        found = self.contestant.run()
        self.measured.setdefault(limit, []).append(found)
        return found

    def cases(self, first: Contestant) -> Iterator[Case]:
        """What was measured, a case a limit, its result held against that of another pool."""
        comparison = compared(first, self.contestant)
        for limit, measured in self.measured.items():
            machine = replace(self.place.setting.machine, vcpus=limit)
            setting = replace(self.place.setting, machine=machine)
            yield case_of(self.contestant, WARM, measured, setting, comparison)


def run(settings: Settings, limits: Limits, tell: Tell) -> list[Case]:
    """Measures every workload with `ours`, on each pool alone.

    In each round every pool has a turn, and another one the first, so that what the store or the
    time of day does to one it does to all.

    Args:
        settings: what; its repeats are the rounds, and its subcluster is the pool whose nodes make
            the input, if not all do.
        limits: the pools by their label `ray-subcluster`; each is measured with each limit.
        tell: is given a line now and then on what is being done.

    Raises:
        UsageError: this is no cluster, or it has no storage.
        RayOnAwsError: the work failed.
    """
    storage = settings.storage
    if storage is None or not on_cluster():
        raise UsageError("pools are nodes of a cluster: set RAY_ADDRESS, and name --storage")
    contests = [one for one in planned(replace(settings, engines=[OURS], peers=False)) if one]
    settings.logs.mkdir(parents=True, exist_ok=True)
    buckets.ensure(storage)
    tell("connecting to the cluster, and waiting for a free CPU of each pool")
    with connected(), output_in_s3(storage) as (output, kind):
        places = [_place(name, limits[name], settings, output, kind) for name in limits]
        specs = {one.spec: None for contest in contests for one in contest if one.reads}
        sources = ensure_input(settings, specs, tell)
        return [
            case
            for _, of_workload in groupby(contests, lambda contest: contest[0].entry.workload)
            for case in _cases(list(of_workload), places, sources, settings, tell)
        ]


def _place(
    name: str, limits: Sequence[int], settings: Settings, output: Folder, storage: str
) -> Place:
    nodes = nodes_of({SUBCLUSTER_LABEL: name})
    setting = Setting(settings.scale, settings.target, storage, nodes.machine(), name)
    # Each limit once, the largest first.
    each = sorted(set(limits), reverse=True)
    return Place(name, nodes, each, setting, below(output, name))


def _cases(
    contests: Sequence[Sequence[Work]],
    places: Sequence[Place],
    sources: Mapping[Spec, Source],
    settings: Settings,
    tell: Tell,
) -> Iterator[Case]:
    """A workload on all its kinds of data, by a process a pool, which stays warm meanwhile."""
    with ExitStack() as ends:
        engines = [
            ends.enter_context(
                Engine(OURS, settings.logs / f"ours-{at.name}.log", {SUBCLUSTER: at.name})
            )
            for at in places
        ]
        for (work,) in contests:
            source = sources.get(work.spec)
            runners = [
                Runner(at, contestant(work, engine, at.nodes, source, at.output))
                for at, engine in zip(places, engines, strict=True)
            ]
            for one in runners:
                tell(f"{one}: starting and warming up")
                one.warm_up()
            _take_turns(runners, work.entry.repeats, tell)
            for one in runners:
                yield from one.cases(runners[0].contestant)


def _take_turns(runners: Sequence[Runner], rounds: int, tell: Tell) -> None:
    for number in range(rounds):
        first = number % len(runners)
        for one in [*runners[first:], *runners[:first]]:
            for limit in one.place.limits:
                rate = speed(one.contestant.bytes_in / MB / one.run(limit).seconds)
                tell(f"{one}: round {number + 1} of {rounds}, {limit} vCPUs, {rate} MB/s")
