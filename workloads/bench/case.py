"""One row of a benchmark's result."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

MB = 1_000_000
TB = 1_000_000_000_000
HOUR = 3600.0


@dataclass(frozen=True)
class Split:
    """How the tasks of an execution spent their time, in seconds added over cores.

    All 0 where an engine does not tell.
    """

    read_seconds: float = 0.0
    work_seconds: float = 0.0
    write_seconds: float = 0.0


@dataclass(frozen=True)
class Measurement:
    """One execution, measured.

    Attributes:
        seconds: wall time.
        cpu_seconds: user and system time of every process that took part.
        peak_rss_bytes: the largest sum, over all processes that took part, of resident memory;
            a page shared by several processes counts once for each, so this is an upper bound.
        peak_process_rss_bytes: the largest resident memory of any single one of them.
        spilled_bytes: what Ray's object store wrote to disk for want of memory.
        bytes_out: size of the files written, as stored.
        rows: rows handled.
        read_seconds, work_seconds, write_seconds: see `Split`.
    """

    seconds: float
    cpu_seconds: float
    peak_rss_bytes: int
    peak_process_rss_bytes: int
    spilled_bytes: int
    bytes_out: int
    rows: int
    read_seconds: float = 0.0
    work_seconds: float = 0.0
    write_seconds: float = 0.0


@dataclass(frozen=True)
class Machine:
    """The machine and the software that a result was measured with.

    Of a cluster: all nodes that take part together, named once where they are alike.

    Attributes:
        vcpus: those that the work may use.
        instance_types: EC2's names, one for each node that is an EC2 instance, in a fixed order.
        cpu_sets: the instruction sets that matter to products of matrices, and are there.
        cpu_used: of these, the one that ONNX Runtime uses, for each precision.
    """

    cpu: str
    arch: str
    vcpus: int
    memory_bytes: int
    kernel: str
    versions: dict[str, str]
    commit: str
    instance_types: tuple[str, ...] = ()
    cpu_sets: tuple[str, ...] = ()
    cpu_used: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Machine:
        """The machine that `asdict` was called of, also when JSON came in between."""
        # JSON has lists alone.
        tuples = {name: tuple(fields.get(name, ())) for name in ("instance_types", "cpu_sets")}
        return cls(**{**fields, **tuples})

    @property
    def instance_type(self) -> str | None:
        """The types, each once; None where it is not EC2."""
        return " and ".join(dict.fromkeys(self.instance_types)) or None


@dataclass(frozen=True)
class Price:
    """What the machines of a case cost together, in dollars an hour; None where it is not known.

    Attributes:
        on_demand, spot: by the market.
        source: where both are from.
    """

    on_demand: float | None
    spot: float | None
    source: str


@dataclass(frozen=True)
class Comparison:
    """How an engine's output compares with ours, on a sample of rows.

    Attributes:
        rows_compared: rows looked at.
        rows_differing: those that are not the same, as the family of the workload has it.
        explanation: what it comes from; or, where rows are near enough to count as the same, how
            near; empty when nothing differs.
    """

    rows_compared: int
    rows_differing: int
    explanation: str


@dataclass(frozen=True)
class Case:
    """A workload, run by an engine in a phase, a number of times.

    Attributes:
        workload: of the catalogue, such as `text.clean`, or a user's `module:function`.
        engine: `ours`, `baseline`, `floor`, or a peer such as `polars`.
        phase: `start` (what an engine does once, before any work), `cold` (the first run after
            it) or `warm`.
        kind: the kind of data, `letters` or `mixed` of text.
        scale: the name of the size, or the size itself.
        target: where it ran, `local` for this machine, or the name of a cluster's target.
        bytes_in: size of the data handled: its plain Parquet encoding, before compression.
        files_in: how many files that is, and so how many tasks there can be.
        storage: where output went, `memory` (a memory-backed file system), `disk` or `s3`.
        measurements: one for each repeat, in the order in which they ran.
        comparison: with the output of `ours`; None where there is nothing to compare.
        started_at: UTC, ISO 8601.
        price: of the machines, without a head node; None where nobody said.
        subcluster: of the cluster, the label of the nodes that it was kept to; empty for all.
        tuning: how our jobs were cut up, as `workloads.bench.tunings` tells it; empty by default.
    """

    workload: str
    engine: str
    phase: str
    kind: str
    scale: str
    target: str
    bytes_in: int
    storage: str
    measurements: tuple[Measurement, ...]
    comparison: Comparison | None
    machine: Machine
    started_at: str
    price: Price | None = None
    subcluster: str = ""
    files_in: int = 0
    tuning: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """The median wall time of the repeats."""
        return statistics.median(one.seconds for one in self.measurements)

    @property
    def mb_per_s(self) -> float:
        """Megabytes (10^6 bytes) of input per second, from the median; 0 for a start."""
        return self.bytes_in / MB / self.seconds

    @property
    def spread(self) -> float:
        """(slowest - fastest) / median of the repeats; 0 for a single one."""
        times = [one.seconds for one in self.measurements]
        return (max(times) - min(times)) / self.seconds

    @property
    def usd_per_tb(self) -> float | None:
        """Dollars on demand for 10^12 bytes of input; None where that is not known."""
        return self._usd_per_tb(self.price.on_demand if self.price else None)

    @property
    def usd_per_tb_spot(self) -> float | None:
        """The same at the price of spot instances."""
        return self._usd_per_tb(self.price.spot if self.price else None)

    def _usd_per_tb(self, hourly: float | None) -> float | None:
        if hourly is None or not self.bytes_in:
            return None
        return hourly / HOUR * self.seconds / self.bytes_in * TB

    @property
    def cpu_seconds(self) -> float:
        """The median CPU time of the repeats."""
        return statistics.median(one.cpu_seconds for one in self.measurements)

    @property
    def split(self) -> Split:
        """The time of the tasks, added over the repeats."""
        return Split(
            sum(one.read_seconds for one in self.measurements),
            sum(one.work_seconds for one in self.measurements),
            sum(one.write_seconds for one in self.measurements),
        )

    @property
    def bytes_out(self) -> int:
        """The median size written; the lower one of two, so that it stays a whole number."""
        return statistics.median_low(one.bytes_out for one in self.measurements)

    @property
    def peak_rss_bytes(self) -> int:
        """The largest memory of all processes together, in any repeat."""
        return max(one.peak_rss_bytes for one in self.measurements)

    @property
    def peak_process_rss_bytes(self) -> int:
        """The largest memory of a single process, in any repeat."""
        return max(one.peak_process_rss_bytes for one in self.measurements)

    @property
    def spilled_bytes(self) -> int:
        """The most that any repeat spilled."""
        return max(one.spilled_bytes for one in self.measurements)

    def as_row(self) -> dict[str, Any]:
        """The case as a JSON object, with the figures that follow from it."""
        first = self.measurements[0]
        row = asdict(self)
        del row["measurements"]
        machine = row.pop("machine")
        return {
            **row,
            "arch": self.machine.arch,
            "instance_type": self.machine.instance_type,
            "cpu_sets": self.machine.cpu_sets,
            "cpu_used": self.machine.cpu_used,
            "usd_per_tb": self.usd_per_tb,
            "usd_per_tb_spot": self.usd_per_tb_spot,
            "rows": first.rows,
            "repeats": len(self.measurements),
            "seconds": self.seconds,
            "seconds_each": [one.seconds for one in self.measurements],
            "spread": self.spread,
            "mb_per_s": self.mb_per_s,
            "rows_per_s": first.rows / self.seconds,
            "mb_per_s_per_vcpu": self.mb_per_s / self.machine.vcpus,
            "cpu_seconds": self.cpu_seconds,
            "read_seconds": statistics.median(one.read_seconds for one in self.measurements),
            "work_seconds": statistics.median(one.work_seconds for one in self.measurements),
            "write_seconds": statistics.median(one.write_seconds for one in self.measurements),
            "bytes_out": self.bytes_out,
            "peak_rss_bytes": self.peak_rss_bytes,
            "peak_process_rss_bytes": self.peak_process_rss_bytes,
            "spilled_bytes": self.spilled_bytes,
            "commit": self.machine.commit,
            "machine": machine,
        }

    def to_dict(self) -> dict[str, Any]:
        """The case as a JSON object that has all of it, for `from_dict`."""
        return asdict(self)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Case:
        """The very case that `to_dict` was called of, also when JSON came in between."""
        comparison, price, machine = fields["comparison"], fields["price"], fields["machine"]
        rebuilt = {
            "measurements": tuple(Measurement(**one) for one in fields["measurements"]),
            "comparison": None if comparison is None else Comparison(**comparison),
            "machine": Machine.from_dict(machine),
            "price": None if price is None else Price(**price),
        }
        return cls(**{**fields, **rebuilt})
