"""What a comparison comes to, in plain sentences."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from workloads.bench.architectures.choice import (
    LEAST_CONFIDENCE,
    LEAST_LEAD,
    Choice,
    choose,
    most_confidence,
)
from workloads.bench.architectures.figures import Matchup, Result
from workloads.bench.architectures.pool import Pool
from workloads.bench.architectures.shares import EQUAL_VCPUS
from workloads.bench.wording import joined

if TYPE_CHECKING:
    Value = Callable[[Result], float | None]


def chosen(matchup: Matchup) -> str:
    """Which pool to choose for a workload, and how sure that is."""
    ranked = [one for one in matchup.results.get(matchup.basis, ()) if one.pool.comparable]
    if len(ranked) < 2:
        alone = f"only {ranked[0].pool.name} was" if ranked else "no pool was"
        return (
            f"{matchup.title}: there is nothing to choose, as {alone} measured on what it is "
            "named after."
        )
    if not all(one.has_work for one in ranked):
        most = max(one.share.vcpus for one in ranked)
        return (
            f"{matchup.title}: there is nothing to choose, as {ranked[0].case.files_in} files of "
            f"input leave some of {most} vCPUs without work: take a larger --scale."
        )
    by_dollar = all(one.gb_per_usd for one in ranked)
    what = "for a dollar on demand" if by_dollar else "on equal vCPUs, as no price is known of all"
    choice = _choice(ranked, lambda one: one.gb_per_usd if by_dollar else one.case.mb_per_s)
    said = f"{matchup.title}: {_verdict(choice, what)}"
    also = [_on_spot(choice, ranked), _for_a_vcpu(choice, matchup)] if by_dollar else []
    return "; ".join([said, *filter(None, also)]) + "."


def _verdict(choice: Choice, what: str) -> str:
    between = _rounds(choice.rounds)
    if math.isfinite(choice.high):
        between += f", {choice.low:.2f} to {choice.high:.2f} times"
    if choice.clear:
        return (
            f"choose {choice.best}, which does {choice.times:.2f} times as much as {choice.next}, "
            f"the next, {what} (confidence {_percent(choice.confidence)} by {between})"
        )
    close = f"too close to call between {choice.best} and {choice.next}"
    if choice.times < 1 + LEAST_LEAD:
        return f"{close}: they are within {LEAST_LEAD:.0%} of each other {what} ({between})"
    few = most_confidence(choice.rounds) < LEAST_CONFIDENCE
    why = f"; so few rounds decide nothing, --repeats {_enough()} may" if few else ""
    return (
        f"{close}: {choice.times:.2f} times as much {what}, but with a confidence of "
        f"{_percent(choice.confidence)} only (by {between}{why})"
    )


def _on_spot(choice: Choice, ranked: Sequence[Result]) -> str:
    """Whether spot prices make it another; empty where they do not, or are not known."""
    if not all(one.gb_per_usd_spot for one in ranked):
        return ""
    other = _choice(ranked, lambda one: one.gb_per_usd_spot)
    if not other.clear or (choice.clear and other.best == choice.best):
        return ""
    return (
        f"at spot prices choose {other.best}, {other.times:.2f} times {other.next} (confidence "
        f"{_percent(other.confidence)})"
    )


def _for_a_vcpu(choice: Choice, matchup: Matchup) -> str:
    """Which one is the fastest for a vCPU, where that is clearly another."""
    ranked = [one for one in matchup.results.get(EQUAL_VCPUS, ()) if one.pool.comparable]
    if len(ranked) < 2:
        return ""
    fastest = _choice(ranked, lambda one: one.case.mb_per_s)
    if not fastest.clear or (choice.clear and fastest.best == choice.best):
        return ""
    return (
        f"the fastest on as many vCPUs is {fastest.best}, {fastest.times:.2f} times {fastest.next}"
    )


def _choice(ranked: Sequence[Result], value: Value) -> Choice:
    """Who is best by a figure, which follows the speed of each round."""
    return choose(
        {
            one.pool.name: [(value(one) or 0.0) * speed / one.case.mb_per_s for speed in one.each]
            for one in ranked
        }
    )


def _percent(confidence: float) -> str:
    return f"{int(100 * confidence)}%"


def _rounds(number: int) -> str:
    return "1 round" if number == 1 else f"{number} rounds"


def _enough() -> int:
    """The fewest rounds that may decide something."""
    return next(number for number in range(1, 64) if most_confidence(number) >= LEAST_CONFIDENCE)


def cores(pools: Sequence[Pool]) -> list[str]:
    """What a vCPU is: half a core, where two of them share one."""
    halves = [_named(pool) for pool in pools if pool.threads_per_core == 2]
    wholes = [_named(pool) for pool in pools if pool.threads_per_core == 1]
    parts = [
        f"{what} of {joined(names)}"
        for what, names in (("half a core", halves), ("a whole core", wholes))
        if names
    ]
    return [f"A vCPU is {joined(parts)}."] if parts else []


def uneven(matchup: Matchup) -> list[str]:
    """What there is to say where files do not divide among the vCPUs of all pools alike."""
    ranked = [one for one in matchup.results.get(matchup.basis, ()) if one.pool.comparable]
    if not ranked or not all(one.has_work for one in ranked):
        return []
    least, most = (pick(ranked, key=lambda one: one.busy) for pick in (min, max))
    if least.busy > most.busy * (1 - LEAST_LEAD):
        return []
    return [
        f"{matchup.title}: {least.case.files_in} files keep {least.share.vcpus} vCPUs of "
        f"{least.pool.name} busy for {least.busy:.0%} of the time, and {most.share.vcpus} of "
        f"{most.pool.name} for {most.busy:.0%}: a larger --scale makes that more even."
    ]


def not_comparable(pools: Sequence[Pool]) -> list[str]:
    """A sentence for each pool that is not ranked."""
    return [f"{pool.name} is not comparable: {pool.why_not}." for pool in pools if pool.why_not]


def _named(pool: Pool) -> str:
    return f"{pool.name} ({pool.instance_type})" if pool.instance_type else pool.name
