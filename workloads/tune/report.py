"""The report on a tuned workload: Markdown, with the picture beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workloads.bench.wording import machine_sentence
from workloads.files.profiles import folder, slug
from workloads.tune import words
from workloads.tune.keep import whole
from workloads.tune.picture import draw
from workloads.tune.result import Result


def write(result: Result, place: str, command: str, profiles: Sequence[Path]) -> Path:
    """Writes the report and its picture beside the profiles; gives the report's file.

    Args:
        result: of a workload.
        place: the kind of machine or cluster.
        command: that measured it.
        profiles: that were kept.

    Raises:
        OutputError: they cannot be written there.
    """
    base = folder() / place
    name = slug(result.workload)
    if result.curves:
        whole(base / f"{name}.png", draw(result))
    file = base / f"{name}.md"
    whole(file, markdown(result, command, profiles, f"{name}.png").encode())
    return file


def markdown(result: Result, command: str, profiles: Sequence[Path], picture: str) -> str:
    """The text of the report."""
    parts = [
        f"# tune {result.workload}",
        words.sentence(result),
        f"{words.conditions(result)}. Measured at {result.measured_at} on "
        f"{machine_sentence(result.machine)}, target {result.target}"
        + (f", by `{command}`." if command else "."),
    ]
    if result.curves:
        parts.append(f"![the curves]({picture})")
    for curve in result.curves:
        rows = [words.cells(step, curve.field) for step in curve.steps]
        parts += [f"## {words.title(curve)}", _table(words.COLUMNS, rows)]
    if by_kind := result.verdict.by_kind:
        rows = [(kind, f"{ratio:.2f}") for kind, ratio in by_kind.items()]
        parts += ["## The best found, on each kind of data", _table(("", "times default"), rows)]
    if profiles:
        names = ", ".join(f"`{file.name}`" for file in profiles)
        parts.append(f"Later jobs go by {names}, beside this report, as long as it is there.")
    return "\n\n".join(parts) + "\n"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
