"""Drills run again and again: one report over all runs, with what each measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from commands.drilling.outcome import FAILS, HOLDS, NAMES, Outcome
from commands.drilling.report import REPORT, markdown_table, value_cell, write_files

SUMMED_UP = ("figure", "runs", "least", "median", "most")


@dataclass(frozen=True)
class Run:
    """One of many runs.

    Attributes:
        folder: of its own report, within that of the report over all.
        outcome: what came of it.
    """

    folder: str
    outcome: Outcome


def folder_of(name: str, number: int) -> str:
    """Where a run's own report goes, counted from 1."""
    return f"{name}/run-{number:02d}"


def summary(runs: Sequence[Run]) -> list[tuple[str, ...]]:
    """Of each drill and figure that all drills have, the least, the middle and the most of it."""
    rows = []
    for drill in dict.fromkeys(one.outcome.drill for one in runs):
        told = [one.outcome.as_dict() for one in runs if one.outcome.drill == drill]
        for name in NAMES:
            if values := [one[name] for one in told if one[name] is not None]:
                figures = (min(values), median(values), max(values))
                cells = (f"{drill}: {name}", str(len(values)), *map(value_cell, figures))
                rows.append(cells)
    return rows


def held(runs: Sequence[Run]) -> str:
    """How many of the runs held, in a sentence without its end."""
    return f"{sum(one.outcome.holds for one in runs)} of {len(runs)} runs hold"


def write(runs: Sequence[Run], where: str, folder: Path) -> Path:
    """Writes the report over the runs so far, and its JSON; gives the report's file.

    Raises:
        OutputError: they cannot be written there.
    """
    told: list[dict[str, Any]] = [
        {"run": one.folder, **one.outcome.as_dict(), "runs": None} for one in runs
    ]
    return write_files(folder, markdown(runs, where), told, "runs.json")


def markdown(runs: Sequence[Run], where: str) -> str:
    """The report: what was measured in all runs together, and in each."""
    each = [
        [
            f"[{one.folder}]({one.folder}/{REPORT})",
            HOLDS if one.outcome.holds else FAILS,
            *(value_cell(one.outcome.as_dict()[name]) for name in NAMES),
        ]
        for one in runs
    ]
    parts = [
        f"# Drills run again and again: {held(runs)}",
        f"On {where}.",
        markdown_table(SUMMED_UP, summary(runs)),
        markdown_table(("run", "verdict", *NAMES), each),
    ]
    return "\n\n".join(parts) + "\n"
