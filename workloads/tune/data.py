"""The data that a workload is tried on: the benchmark's, of some size, or a folder of a user's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pyarrow.parquet as pq

from workloads.bench import harness
from workloads.bench.catalogue import Entry, entries, kinds_of
from workloads.bench.child import Engine
from workloads.bench.cluster import Cluster, ThisMachine
from workloads.bench.contestant import Contestant
from workloads.bench.families import Spec
from workloads.bench.figures import OURS
from workloads.bench.places import below
from workloads.bench.settings import Settings
from workloads.files.failures import explained
from workloads.files.parquet import plain_bytes
from workloads.files.places import Folder, input_files
from workloads.files.tasks import Task

Tell = Callable[[str], None]
# What the kind of a user's own data is called.
OWN = "your own"


@dataclass(frozen=True)
class Given:
    """A data set that is there already."""

    rows: int
    size: int
    kind: str = OWN
    seed: int = 0

    def tasks(self, _folder: Folder, _codec: str) -> Sequence[Task]:
        """Nothing is to be made."""
        return ()


@dataclass(frozen=True)
class Desk:
    """Where contestants work.

    Attributes:
        engine: that does the work.
        nodes: where.
        output: the folder that it may write into.
    """

    engine: Engine
    nodes: ThisMachine | Cluster
    output: Folder


def entry_of(workload: str, kinds: Sequence[str]) -> Entry:
    """How the benchmark measures the workload: by our own engine."""
    kind = kinds_of(workload, kinds)[0]
    return entries(workload, kind, peers=False, engines=[OURS], repeats=None)[0]


def made(settings: Settings, workload: str, size: int, desk: Desk, tell: Tell) -> list[Contestant]:
    """The workload on each kind of the benchmark's data, which is made where it is not there.

    Raises:
        OutputError: no room for it.
        ServiceError: it could not be made.
        StorageError: the store refuses or cannot be reached.
    """
    ours = replace(settings, workloads=[workload], engines=[OURS], size=size, peers=False)
    work = [one for contest in harness.planned(ours) for one in contest]
    specs = {one.spec: None for one in work if one.reads}
    sources = harness.ensure_input(ours, specs, tell)
    found = []
    for one in work:
        source = sources[one.spec] if one.reads else None
        size_in = source.size if source else one.spec.size
        folder = source.folder if source else None
        found.append(_contestant(one.entry, desk, one.spec, folder, size_in))
    return found


def given(workload: str, source: Folder, desk: Desk) -> list[Contestant]:
    """A function of a user's on a folder of theirs.

    Raises:
        InputError: there is no data in it, or a file is not Parquet.
        StorageError: the store refuses or cannot be reached.
    """
    origin, files = input_files(source)
    filesystem = origin.filesystem()
    rows = size = 0
    for file in files:
        with explained(f"{origin.uri}/{file.name}"):
            metadata = pq.read_metadata(origin.path(file.name), filesystem=filesystem)
        rows += metadata.num_rows
        size += plain_bytes(metadata)
    return [_contestant(entry_of(workload, ()), desk, Given(rows, size), source, size)]


def files_of(contestants: Sequence[Contestant]) -> int:
    """How many files the work is cut into, on the kind of data that has the fewest."""
    return min(
        len(input_files(one.source)[1]) if one.source else len(one.spec.tasks(one.folder, "snappy"))
        for one in contestants
    )


def _contestant(
    entry: Entry, desk: Desk, spec: Spec, source: Folder | None, bytes_in: int
) -> Contestant:
    return Contestant(
        entry=entry,
        engine=desk.engine,
        nodes=desk.nodes,
        spec=spec,
        source=source,
        bytes_in=bytes_in,
        folder=below(desk.output, OURS),
    )
