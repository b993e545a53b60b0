"""A family for tests: numbers, of two kinds, 8 bytes each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workloads.bench.case import Comparison
from workloads.bench.compare import other_rows, sample_rows
from workloads.files.places import Folder
from workloads.files.tasks import Outcome

KINDS = ("small", "large")
BYTES = 8


@dataclass(frozen=True)
class Numbers:
    """Numbers from the seed on."""

    rows: int
    kind: str
    seed: int

    @property
    def size(self) -> int:
        return self.rows * BYTES

    def tasks(self, folder: Folder, codec: str) -> list[Write]:
        return [Write(folder, codec, self)]


@dataclass(frozen=True)
class Write:
    """Writes them all."""

    folder: Folder
    codec: str
    spec: Numbers
    name: str = "all.parquet"
    weight: int = 1

    def run(self) -> Outcome:
        ids = pa.array(range(self.spec.rows), pa.int64())
        table = pa.table({"id": ids, "number": pc.add(ids, self.spec.seed)})
        Path(self.folder.path()).mkdir(parents=True, exist_ok=True)
        pq.write_table(table, self.folder.path(self.name), compression=self.codec)
        return Outcome(self.name, self.weight)


def spec(size: int, kind: str, seed: int) -> Numbers:
    return Numbers(size // BYTES, kind, seed)


def sample(folder: Folder) -> pa.Table:
    return sample_rows(folder, ["id", "double"])


def compare(ours: pa.Table, theirs: pa.Table) -> Comparison:
    if found := other_rows(ours, theirs):
        return found
    differing = pc.sum(pc.not_equal(ours["double"], theirs["double"])).as_py()
    return Comparison(len(ours), differing, "it cannot count" if differing else "")
