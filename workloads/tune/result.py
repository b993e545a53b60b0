"""What tuning a workload has come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from workloads.bench.case import Machine


@dataclass(frozen=True)
class Step:
    """A value of a dial, as it did beside the defaults.

    Attributes:
        value: None where it is all that there is room for.
        usual: whether it is the default.
        mb_per_s: megabytes of input a second: those of the defaults, times the ratio.
        ratio: how many times as fast as the defaults it was; None where it was never measured.
        low, high: the interval that holds the true ratio with 80% confidence; None where there were
            too few rounds to say.
        rounds: that it ran in.
        peak_bytes: the most memory that a process took.
        out: why it was dropped; empty where it ran to the end.
    """

    value: int | None
    usual: bool
    mb_per_s: float | None
    ratio: float | None
    low: float | None
    high: float | None
    rounds: int
    peak_bytes: int
    out: str


@dataclass(frozen=True)
class Curve:
    """How the values of a dial did.

    Attributes:
        function: whose tuning, `module:function`.
        field: of it.
        others: what stood otherwise than by default meanwhile, by function and field.
        steps: in the order of the values.
    """

    function: str
    field: str
    others: Mapping[str, Mapping[str, int | None]]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Verdict:
    """The best that was found, against the defaults, on runs that the search had no part in.

    Attributes:
        kept: whether it is to be used.
        why: in words.
        ratio: how many times as fast as the defaults it is; None where that was not measured.
        low, high: the interval that holds the true ratio with 95% confidence; None where there were
            too few pairs to say.
        sure: the confidence, from 0 to 1, that it is faster.
        pairs: of runs by turns.
        by_kind: the ratio on each kind of data.
        ratios: of each pair.
    """

    kept: bool
    why: str
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    sure: float | None = None
    pairs: int = 0
    by_kind: Mapping[str, float] | None = None
    ratios: tuple[float, ...] = ()


@dataclass(frozen=True)
class Result:
    """What tuning a workload has come to.

    Attributes:
        workload: its name.
        defaults: of each function that can be tuned: all fields.
        found: the best that was found: of each function, the fields that differ from its defaults.
        curves: what was tried.
        verdict: whether what was found is to be used.
        mb_per_s: of the defaults.
        kinds: of data.
        bytes_in: of data, on the average over the kinds.
        files: that it is in.
        runs: how many there were.
        seconds: that all of it took.
        machine: or the nodes together.
        target: where: `local`, or that of a cluster.
        measured_at: UTC, ISO 8601.
    """

    workload: str
    defaults: Mapping[str, Mapping[str, int | None]]
    found: Mapping[str, Mapping[str, int | None]]
    curves: tuple[Curve, ...]
    verdict: Verdict
    mb_per_s: float
    kinds: tuple[str, ...]
    bytes_in: int
    files: int
    runs: int
    seconds: float
    machine: Machine
    target: str
    measured_at: str

    def tuning(self, function: str) -> Mapping[str, int | None]:
        """What a job is to go by: the fields of a function that are not to be as by default."""
        return self.found.get(function, {}) if self.verdict.kept else {}

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON has it, for `from_dict`."""
        return asdict(self)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Result:
        """The very result that `to_dict` was called of, also when JSON came in between."""
        curves = tuple(
            Curve(**{**one, "steps": tuple(Step(**step) for step in one["steps"])})
            for one in fields["curves"]
        )
        verdict, machine = fields["verdict"], fields["machine"]
        rebuilt = {
            "curves": curves,
            "verdict": Verdict(**{**verdict, "ratios": tuple(verdict["ratios"])}),
            "kinds": tuple(fields["kinds"]),
            "machine": Machine.from_dict(machine),
        }
        return cls(**{**fields, **rebuilt})
