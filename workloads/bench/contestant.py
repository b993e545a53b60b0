"""Who takes part in a contest: an engine at a workload on one data set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from errors import ServiceError
from workloads.bench import families
from workloads.bench.case import Measurement, Split
from workloads.bench.catalogue import Entry
from workloads.bench.child import Engine
from workloads.bench.cluster import Cluster, ThisMachine
from workloads.bench.compare import row_count
from workloads.bench.families import Spec
from workloads.bench.figures import BASELINE, COLD, FLOOR, OURS, START
from workloads.bench.places import remove
from workloads.files.places import Folder
from workloads.files.tuning import Asked

# The engines that work by Ray's object store.
WITH_STORE = (OURS, BASELINE)


@dataclass
class Contestant:
    """An engine at a workload on one data set.

    Attributes:
        entry: from the catalogue.
        engine: its process, which it keeps for all kinds of the workload.
        nodes: where it does the work.
        spec: the data set to make, or to work on.
        source: the folder of the input; None where it makes the data set.
        bytes_in: see `Case`.
        folder: where it writes.
        phases: what was measured, by phase.
        sample: some rows of its result, once looked at.
        asked: how its last run was cut up, where it is ours.
    """

    entry: Entry
    engine: Engine
    nodes: ThisMachine | Cluster
    spec: Spec
    source: Folder | None
    bytes_in: int
    folder: Folder
    phases: dict[str, list[Measurement]] = field(default_factory=dict)
    sample: pa.Table | None = None
    asked: Mapping[str, Asked] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.entry.workload}, {self.spec.kind}, {self.entry.engine}"

    @property
    def is_compared(self) -> bool:
        """Whether what it makes can be held against what others make of the same data."""
        own_function = ":" in self.entry.workload
        return self.source is not None and not own_function and self.entry.engine != FLOOR

    def start(self) -> None:
        """Starts the engine and does the first run, which is the cold one."""
        self.engine.load(self.entry.family)
        usage, _ = self.engine.measure("start", also=self.nodes.meters())
        started = Measurement(**vars(usage), spilled_bytes=0, bytes_out=0, rows=0)
        self.phases[START] = [started]
        self.phases[COLD] = [self.run()]

    def run(self) -> Measurement:
        """Does the workload once, into a folder that is then removed.

        Raises:
            ServiceError: the engine failed, or did not do all the rows.
        """
        before = self._spilled()
        usage, told = self.engine.measure(*self._call(), also=self.nodes.meters())
        spilled = self._spilled() - before
        self.asked = self._asked()
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
        workload, folder = self.entry.workload, self.folder.uri
        if self.source is None:
            return (workload, self.spec, folder)
        if ":" in workload:
            return ("transform", self.source.uri, folder, workload)
        return (workload, self.source.uri, folder)

    def _check(self) -> None:
        """Looks at what was written: all rows, and for the first time, some of them."""
        rows, due = row_count(self.folder), self.spec.rows
        if rows != due and self.entry.keeps_rows:
            raise ServiceError(f"{self} wrote {rows} rows where {due} are due")
        if self.sample is None and self.is_compared:
            if not rows:
                raise ServiceError(f"{self} wrote no rows at all, of {due}")
            self.sample = families.find(self.entry.family).sample(self.folder)

    def _asked(self) -> Mapping[str, Asked]:
        found: Mapping[str, Asked] = {}
        return self.engine.call("tunings") if self.entry.engine == OURS else found

    def _spilled(self) -> int:
        has_store = self.entry.engine in WITH_STORE
        return int(self.engine.call("spilled_bytes")) if has_store else 0
