"""Cases to test with: plausible, made up, the same every time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workloads.bench.case import MB, Case, Comparison, Machine, Measurement

MACHINE = Machine(
    cpu="AMD EPYC 9R14, c7a.large",
    arch="amd64",
    vcpus=2,
    memory_bytes=4 * 2**30,
    kernel="Linux 6.1.0",
    versions={"python": "3.11.2", "ray": "2.60.0", "pyarrow": "25.0.0", "polars": "2.1.0"},
    commit="0123456789ab",
    instance_types=("c7a.large",),
    cpu_sets=("avx2", "avx512f", "avx512_vnni"),
    cpu_used={"float32": "avx512f", "bfloat16": "avx512f", "int8": "avx512_vnni"},
)
SAME = Comparison(rows_compared=65_536, rows_differing=0, explanation="")
DUCKDB = Comparison(
    rows_compared=65_536,
    rows_differing=132,
    explanation="its lower() keeps U+0130, and its \\s leaves U+0085 & U+001C alone",
)


def measurement(seconds: float, *, bytes_in: int = 256 * MB, processes: int = 3) -> Measurement:
    """A run that kept both CPUs nine tenths busy."""
    return Measurement(
        seconds=seconds,
        cpu_seconds=seconds * 1.8,
        peak_rss_bytes=(170 + processes * 310) * MB,
        peak_process_rss_bytes=480 * MB,
        spilled_bytes=0,
        bytes_out=bytes_in // 3,
        rows=bytes_in // 1024,
    )


def case(
    engine: str = "ours",
    phase: str = "warm",
    *,
    mb_per_s: Sequence[float] = (100.0,),
    workload: str = "text.clean",
    kind: str = "letters",
    scale: str = "small",
    bytes_in: int = 256 * MB,
    comparison: Comparison | None = None,
    machine: Machine = MACHINE,
) -> Case:
    """A case whose repeats have the given speeds."""
    processes = 1 if engine in {"polars", "duckdb", "daft"} else 3
    return Case(
        workload=workload,
        engine=engine,
        phase=phase,
        kind=kind,
        scale=scale,
        target="local",
        bytes_in=bytes_in,
        storage="memory",
        measurements=tuple(
            measurement(bytes_in / MB / speed, bytes_in=bytes_in, processes=processes)
            for speed in mb_per_s
        ),
        comparison=comparison,
        machine=machine,
        started_at="2026-11-20T12:00:00+00:00",
    )


def start(seconds: float = 3.1, engine: str = "ours", *, kind: str = "letters") -> Case:
    """What an engine does once, before any work."""
    return Case(
        workload="text.clean",
        engine=engine,
        phase="start",
        kind=kind,
        scale="small",
        target="local",
        bytes_in=0,
        storage="memory",
        measurements=(measurement(seconds, bytes_in=0),),
        comparison=None,
        machine=MACHINE,
        started_at="2026-11-20T12:00:00+00:00",
    )


def repeats(mb_per_s: float) -> tuple[float, ...]:
    """Five runs around a speed."""
    return tuple(mb_per_s * factor for factor in (0.95, 0.98, 1.0, 1.02, 1.04))


def warm(
    speeds: Mapping[str, float], *, kind: str = "letters", workload: str = "text.clean"
) -> list[Case]:
    """One warm case an engine; the peers are compared with ours, and duckdb differs."""
    compared = {"baseline": SAME, "polars": SAME, "daft": SAME, "duckdb": DUCKDB}
    return [
        case(
            engine,
            mb_per_s=repeats(speed),
            kind=kind,
            workload=workload,
            comparison=compared.get(engine) if workload == "text.clean" else None,
        )
        for engine, speed in speeds.items()
    ]


def sample() -> list[Case]:
    """A whole result: two kinds cleaned by all engines, and text generated."""
    letters = {"ours": 1300.0, "baseline": 100.0, "polars": 420.0, "duckdb": 260.0, "daft": 315.0}
    mixed = {"ours": 860.0, "baseline": 48.0, "polars": 118.0, "duckdb": 92.0, "daft": 88.0}
    return [
        start(3.1),
        case(phase="cold", mb_per_s=(60.0,)),
        *warm(letters),
        case("polars", "cold", mb_per_s=(380.0,)),
        case("floor", mb_per_s=repeats(1500.0)),
        start(3.3, kind="mixed"),
        case(phase="cold", mb_per_s=(55.0,), kind="mixed"),
        *warm(mixed, kind="mixed"),
        case("floor", mb_per_s=repeats(1450.0), kind="mixed"),
        case(phase="cold", mb_per_s=(210.0,), workload="text.generate"),
        *warm({"ours": 1400.0, "baseline": 22.0, "floor": 1900.0}, workload="text.generate"),
    ]


def user_workload() -> list[Case]:
    """A user's own function: nothing to compare with but the floor, one run, one process each."""
    name = "my.own_module:clean"
    return [
        case(mb_per_s=(730.0,), workload=name),
        case("floor", mb_per_s=(1500.0,), workload=name),
    ]
