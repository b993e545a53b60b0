"""What came of tuning, in words and columns: the screen and the report share them."""

from __future__ import annotations

from workloads.bench.case import MB
from workloads.bench.tunings import value_of, worded
from workloads.bench.wording import whole
from workloads.tune import outcome
from workloads.tune.result import Curve, Result, Step

COLUMNS = ("value", "MB/s", "times default", "80% interval", "rounds", "peak MB", "")
NAMES = {
    "batch_bytes": "batch size",
    "row_group_bytes": "row-group size",
    "cpus": "CPUs a task",
    "at_once": "tasks at once",
}


def cells(step: Step, field: str) -> tuple[str, ...]:
    """A value as the texts of `COLUMNS`; empty where something was not measured."""
    known = step.low is not None and step.high is not None
    return (
        value_of(field, step.value),
        "" if step.mb_per_s is None else whole(step.mb_per_s),
        "" if step.ratio is None else f"{step.ratio:.2f}",
        f"{step.low:.2f} to {step.high:.2f}" if known and not _control(step) else "",
        str(step.rounds),
        f"{step.peak_bytes / MB:,.0f}",
        ", ".join(filter(None, ["the default" if step.usual else "", step.out])),
    )


def _control(step: Step) -> bool:
    """Whether it is the defaults themselves, held against themselves."""
    return step.low == step.high == 1


def title(curve: Curve) -> str:
    """What a curve shows: `batch size`, with what else stood otherwise than by default."""
    fields = [f"{NAMES[curve.field]} ({curve.function})"]
    fields += [f"with {worded(others)}" for others in curve.others.values()]
    return ", ".join(fields)


def conditions(result: Result) -> str:
    """On what it was measured."""
    kinds = " and ".join(result.kinds)
    return (
        f"{result.runs} runs in {result.seconds:,.0f} s, each on {result.bytes_in / MB:,.4g} MB "
        f"({kinds}) in {result.files} files; defaults {whole(result.mb_per_s)} MB/s"
    )


def found(result: Result) -> str:
    """The best that was found, in words."""
    said = [worded(fields) for fields in result.found.values()]
    if len(said) > 1:
        said = [f"{name}: {words}" for name, words in zip(result.found, said, strict=True)]
    return "; ".join(said)


def sentence(result: Result) -> str:
    """What it comes to, and how sure that is."""
    verdict, name = result.verdict, result.workload
    if verdict.ratio is not None:
        return f"{name}: {_weighed(result)}"
    why = {
        outcome.NOTHING_TO_TUNE: "there is nothing to tune: its job goes by no tuning, or none of "
        "it could make a difference with so few cores and files",
        outcome.NO_TIME: "there was no time to try anything, so the defaults stay: give it more "
        "--minutes",
        outcome.NOTHING_FASTER: "the defaults stay: nothing that was tried was clearly faster",
    }
    return f"{name}: {why.get(verdict.why, f'the defaults stay: {found(result)} {verdict.why}')}."


def _weighed(result: Result) -> str:
    verdict = result.verdict
    beside = f"{verdict.ratio:.2f} times as fast as the defaults"
    if verdict.low is not None and verdict.high is not None:
        beside += f" (95% interval {verdict.low:.2f} to {verdict.high:.2f}"
        beside += f", {verdict.pairs} pairs of runs by turns)"
    else:
        beside += f" ({verdict.pairs} pairs of runs by turns, too few for an interval)"
    if verdict.kept:
        return f"{found(result)}: {beside}. It is {_percent(verdict.sure)} sure to be faster."
    why = "takes too much memory" if verdict.why == outcome.MEMORY else "is not sure to be faster"
    return f"the defaults stay. The best found, {found(result)}, was {beside}, which {why}."


def _percent(sure: float | None) -> str:
    """A confidence, which is never whole."""
    return f"{min(100 * (sure or 0), 99.9):.1f}%"
