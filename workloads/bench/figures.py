"""The figures that follow from comparing cases: one place, so that table and report agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

from workloads.bench.case import Case, Comparison

GB = 1_000_000_000

OURS, BASELINE, FLOOR = "ours", "baseline", "floor"
# Ours once more, beside what ours does in int8.
FLOAT32 = "float32"
NO_PEERS = (OURS, BASELINE, FLOOR, FLOAT32)
START, COLD, WARM = "start", "cold", "warm"


@dataclass(frozen=True)
class Group:
    """Cases that may be compared: the same work on the same data, in the same place.

    Attributes:
        title: workload and kind, and whatever else tells it from the other groups.
        cases: at least one; each engine's side by side: start, cold, warm.
    """

    title: str
    cases: tuple[Case, ...]

    def find(self, engine: str, phase: str) -> Case | None:
        """The case of an engine in a phase, or None."""
        alike = (case for case in self.cases if (case.engine, case.phase) == (engine, phase))
        return next(alike, None)

    @property
    def steady(self) -> tuple[Case, ...]:
        """The warm cases, or the cold ones of a result that has no warm ones; fastest first."""
        for phase in (WARM, COLD):
            if found := [case for case in self.cases if case.phase == phase]:
                return tuple(sorted(found, key=lambda case: -case.mb_per_s))
        return ()


@dataclass(frozen=True)
class Figures:
    """What a case comes to beside the others; None where there is nothing to compare with.

    Attributes:
        times_baseline: its MB/s over the baseline's in the same phase.
        share_of_floor: its MB/s over the floor's in the same phase; 1.0 is as fast as copying.
        mb_per_s_per_vcpu: its MB/s over the vCPUs of the machine.
        cpu_seconds_per_gb: CPU seconds for each 10^9 bytes of input.
    """

    times_baseline: float | None
    share_of_floor: float | None
    mb_per_s_per_vcpu: float | None
    cpu_seconds_per_gb: float | None


@dataclass(frozen=True)
class Standing:
    """Where `ours` stands in its group, warm against warm; None where one side is missing.

    Attributes:
        ours: the warm case of `ours`.
        times_baseline: its MB/s over the baseline's.
        times_float32: its MB/s, in int8, over its own in float32.
        fastest_peer: the engine with the most MB/s that could be used instead.
        times_fastest_peer: MB/s over that peer's.
        share_of_floor: MB/s over the floor's.
    """

    ours: Case
    times_baseline: float | None
    times_float32: float | None
    fastest_peer: str | None
    times_fastest_peer: float | None
    share_of_floor: float | None


@dataclass(frozen=True)
class FirstRun:
    """Where the seconds of the first run of `ours` go: they add up to the whole.

    Attributes:
        start: what is done once, before any work.
        warming: how much longer the first run is than a later one.
        work: what a later run takes.
    """

    start: float
    warming: float
    work: float


def grouped(cases: Sequence[Case]) -> list[Group]:
    """The cases by what may be compared, in order of first appearance."""
    found: dict[tuple[str, ...], list[Case]] = {}
    for case in cases:
        found.setdefault(_setting(case), []).append(case)
    # Beside workload and kind, only what tells groups apart belongs in a title.
    differs = [len(set(values)) > 1 for values in zip(*found, strict=True)]
    differs[:2] = [True, True]
    return [
        Group(title=", ".join(compress(setting, differs)), cases=_ordered(members))
        for setting, members in found.items()
    ]


def figures(case: Case, group: Group) -> Figures:
    """What a case comes to beside the others of its group; a start has no such figures."""
    if case.phase == START:
        return Figures(None, None, None, None)
    return Figures(
        times_baseline=_times(case, group.find(BASELINE, case.phase)),
        share_of_floor=_times(case, group.find(FLOOR, case.phase)),
        mb_per_s_per_vcpu=case.mb_per_s / case.machine.vcpus,
        cpu_seconds_per_gb=case.cpu_seconds / case.bytes_in * GB if case.bytes_in else None,
    )


def standing(group: Group) -> Standing | None:
    """Where `ours` stands in a group; None when it was not measured warm."""
    ours = group.find(OURS, WARM)
    if ours is None:
        return None
    peers = [case for case in group.cases if case.phase == WARM and case.engine not in NO_PEERS]
    fastest = max(peers, key=lambda case: case.mb_per_s, default=None)
    beside = figures(ours, group)
    return Standing(
        ours=ours,
        times_baseline=beside.times_baseline,
        times_float32=_times(ours, group.find(FLOAT32, WARM)),
        fastest_peer=fastest.engine if fastest else None,
        times_fastest_peer=_times(ours, fastest),
        share_of_floor=beside.share_of_floor,
    )


def first_run(group: Group) -> FirstRun | None:
    """Where the first run of `ours` goes; None when it was not measured both cold and warm."""
    start, cold, warm = (group.find(OURS, phase) for phase in (START, COLD, WARM))
    if cold is None or warm is None:
        return None
    work = min(cold.seconds, warm.seconds)
    return FirstRun(
        start=start.seconds if start else 0.0,
        warming=cold.seconds - work,
        work=work,
    )


def comparisons(group: Group) -> dict[str, Comparison]:
    """How each engine's output compares with ours, for those that were compared."""
    found: dict[str, Comparison] = {}
    for case in group.cases:
        if case.comparison is not None and case.comparison.rows_compared:
            found.setdefault(case.engine, case.comparison)
    return found


def _setting(case: Case) -> tuple[str, ...]:
    """What two cases must have in common to be compared; workload and kind come first."""
    machine = f"{case.machine.arch}, {case.machine.cpu}, {case.machine.vcpus} vCPUs"
    output = f"output to {case.storage}"
    return (case.workload, case.kind, case.scale, case.target, output, machine)


def _ordered(cases: Sequence[Case]) -> tuple[Case, ...]:
    """Each engine's cases side by side, engines as they first appear, phases as they happen."""
    engines = [case.engine for case in cases]
    phases = (START, COLD, WARM)
    return tuple(
        sorted(cases, key=lambda case: (engines.index(case.engine), phases.index(case.phase)))
    )


def _times(case: Case, other: Case | None) -> float | None:
    if other is None or other.mb_per_s <= 0:
        return None
    return case.mb_per_s / other.mb_per_s
