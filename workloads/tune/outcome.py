"""From what was measured to what is told of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from workloads.files.tuning import Tuning
from workloads.tune.confirm import Duel
from workloads.tune.dials import Dial, tunings
from workloads.tune.race import Standing
from workloads.tune.result import Curve, Step, Verdict
from workloads.tune.search import Found
from workloads.tune.workshop import Trials

# A worker stays below this, if it did so with the defaults; otherwise it takes no more than so many
# times what it took with them.
MOST_PEAK_BYTES = 1_000_000_000
MORE_MEMORY = 1.25

# Why nothing was found, or is not used.
NOTHING_TO_TUNE = "nothing to tune"
NO_TIME = "no time"
NOTHING_FASTER = "nothing faster"
NOT_SURE = "not sure"
MEMORY = "memory"
FAILED = "failed"


def curves(
    found: Found, turned: Sequence[Dial], defaults: Mapping[str, Tuning], trials: Trials
) -> tuple[Curve, ...]:
    """How the values of each dial did that there was time for."""
    usual = trials.mb_per_s(trials.control)
    told = []
    for number, standings in found.curves.items():
        dial = turned[number]
        beside = tunings(turned, standings[dial.start].point, defaults)
        told.append(
            Curve(
                function=dial.function,
                field=dial.field,
                others=beside,
                steps=tuple(
                    _step(dial, number, one, usual, trials.peak_bytes(one.point))
                    for one in standings
                ),
            )
        )
    return tuple(told)


def judged(duel: Duel, kinds: Sequence[str], peak: int, usual_peak: int) -> Verdict:
    """Whether what was found is to be used.

    Args:
        duel: against the defaults.
        kinds: of data.
        peak: bytes of the largest process.
        usual_peak: the same with the defaults.
    """
    found = duel.estimate
    if duel.failure or found is None:
        return Verdict(kept=False, why=f"{FAILED}: {duel.failure}" if duel.failure else NO_TIME)
    too_much = peak > max(MOST_PEAK_BYTES, MORE_MEMORY * usual_peak)
    return Verdict(
        kept=duel.won and not too_much,
        why=MEMORY if duel.won and too_much else "" if duel.won else NOT_SURE,
        ratio=found.ratio,
        low=found.low or None,
        high=None if math.isinf(found.high) else found.high,
        sure=found.sure,
        pairs=found.pairs,
        by_kind=dict(zip(kinds, [one.ratio for one in duel.of_kinds], strict=False)),
        ratios=duel.ratios,
    )


def _step(dial: Dial, number: int, standing: Standing, usual: float, peak: int) -> Step:
    beside = standing.beside
    step = standing.point[number]
    return Step(
        value=dial.values[step],
        usual=step == dial.start,
        mb_per_s=usual * beside.ratio if beside else None,
        ratio=beside.ratio if beside else None,
        low=(beside.low or None) if beside else None,
        high=None if beside is None or math.isinf(beside.high) else beside.high,
        rounds=len(standing.seconds),
        peak_bytes=peak,
        out=standing.out,
    )
