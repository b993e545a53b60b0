"""Results to test with: plausible, made up, the same every time."""

from __future__ import annotations

from tests.workloads.bench.builders import MACHINE
from workloads.tune.confirm import MOST_PAIRS, Duel
from workloads.tune.outcome import NOTHING_FASTER, judged
from workloads.tune.race import SLOWER
from workloads.tune.result import Curve, Result, Step, Verdict

MB, MIB = 10**6, 2**20
CLEAN = "workloads.text:clean"
DEFAULTS = {
    CLEAN: {
        "batch_bytes": 2 * MIB,
        "row_group_bytes": 64 * MIB,
        "cpus": 1,
        "at_once": None,
    }
}
WON = judged(
    Duel(tuple(1.1 + 0.001 * number for number in range(MOST_PAIRS)), kinds=2),
    ["letters", "mixed"],
    500 * MB,
    480 * MB,
)
LOST = judged(
    Duel(tuple(1.1 if number % 3 else 0.8 for number in range(MOST_PAIRS)), kinds=2),
    ["letters", "mixed"],
    500 * MB,
    480 * MB,
)
STAYS = Verdict(kept=False, why=NOTHING_FASTER)


def step(value: int | None, ratio: float, *, usual: bool = False, out: str = "") -> Step:
    width = 0.0 if usual else 0.05
    return Step(
        value=value,
        usual=usual,
        mb_per_s=700 * ratio,
        ratio=ratio,
        low=ratio - width,
        high=ratio + width,
        rounds=8,
        peak_bytes=512 * MB,
        out=out,
    )


def result(verdict: Verdict = WON, *, workload: str = "text.clean") -> Result:
    """Batches of 4 MB, found."""
    at_once = (
        Step(1, False, 350.0, 0.5, None, None, 2, 400 * MB, SLOWER),
        step(None, 1.0, usual=True),
    )
    batches = (step(MIB, 0.95), step(2 * MIB, 1.0, usual=True), step(4 * MIB, 1.12))
    return Result(
        workload=workload,
        defaults=DEFAULTS,
        found={} if verdict is STAYS else {CLEAN: {"batch_bytes": 4 * MIB}},
        curves=(Curve(CLEAN, "at_once", {}, at_once), Curve(CLEAN, "batch_bytes", {}, batches)),
        verdict=verdict,
        mb_per_s=700.0,
        kinds=("letters", "mixed"),
        bytes_in=256 * MB,
        files=8,
        runs=120,
        seconds=93.0,
        machine=MACHINE,
        target="local",
        measured_at="2026-11-20T12:00:00+00:00",
    )
