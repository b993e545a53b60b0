"""A drill's report: Markdown, a picture beside it, and JSON with all that was seen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from commands.drilling.outcome import FAILS, HOLDS, NAMES, Outcome
from errors import OutputError

REPORT, PICTURE = "report.md", "picture.png"
LEFT_OUT = "left out"


def write(outcome: Outcome, does: str, expects: str, where: str, folder: Path) -> Path:
    """Writes the report and the JSON; gives the report's file.

    Args:
        outcome: of the drill.
        does: what the drill did.
        expects: what was to be.
        where: on which cluster.
        folder: for both files, and the picture.

    Raises:
        OutputError: they cannot be written there.
    """
    file = folder / REPORT
    with _written_to(folder):
        _write_json(outcome.as_dict(), folder / f"{outcome.drill}.json")
        file.write_text(markdown(outcome, does, expects, where), encoding="utf-8")
    return file


def write_all(
    outcomes: Sequence[Outcome], left_out: Mapping[str, str], where: str, folder: Path
) -> Path:
    """Writes one report over several drills, and its JSON; gives the report's file.

    Args:
        outcomes: of the drills, whose own reports are in folders of their names beside it.
        left_out: why a drill was not run, by its name.
        where: on which cluster.
        folder: for both files.

    Raises:
        OutputError: they cannot be written there.
    """
    file = folder / REPORT
    without_runs = [{**one.as_dict(), "runs": None} for one in outcomes]
    skipped = [{"drill": name, "verdict": LEFT_OUT, "why": why} for name, why in left_out.items()]
    with _written_to(folder):
        _write_json([*without_runs, *skipped], folder / "all.json")
        file.write_text(markdown_of_all(outcomes, left_out, where), encoding="utf-8")
    return file


@contextmanager
def _written_to(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise OutputError(f"cannot write to {folder}: {error.strerror}") from error


def _write_json(told: object, file: Path) -> None:
    file.write_text(f"{json.dumps(told, indent=2, ensure_ascii=False)}\n", encoding="utf-8")


def markdown_of_all(outcomes: Sequence[Outcome], left_out: Mapping[str, str], where: str) -> str:
    """The report over several drills: a table of them, and of each what was checked."""
    held = sum(one.holds for one in outcomes)
    ran = [
        [
            f"[{one.drill}]({one.drill}/{REPORT})",
            HOLDS if one.holds else FAILS,
            *(_value(one.as_dict()[name]) for name in NAMES),
        ]
        for one in outcomes
    ]
    skipped = [[name, LEFT_OUT, *[""] * len(NAMES)] for name in left_out]
    parts = [
        f"# Drills: {held} of {len(outcomes)} hold",
        f"On {where}.",
        _table(("drill", "verdict", *NAMES), [*ran, *skipped]),
        *(f"{name} is left out: {why}." for name, why in left_out.items()),
    ]
    for one in outcomes:
        parts += [
            f"## {one.drill}: {verdict(one)}",
            _table(("checked", "target", "seen", ""), [*map(list, rows(one))]),
            f"![what happened]({one.drill}/{PICTURE})" if one.runs else "",
        ]
    return "\n\n".join(filter(None, parts)) + "\n"


def markdown(outcome: Outcome, does: str, expects: str, where: str) -> str:
    """The report."""
    parts = [
        f"# Drill {outcome.drill}: {verdict(outcome)}",
        f"On {where}. It {does}. To be seen: {expects}.",
        _table(("checked", "target", "seen", ""), [*map(list, rows(outcome))]),
        f"![what happened]({PICTURE})" if outcome.runs else "",
        _table(("figure", "value"), [[name, _value(v)] for name, v in outcome.figures.items()]),
        *outcome.notes,
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def verdict(outcome: Outcome) -> str:
    """In a few words."""
    failed = [one.what for one in outcome.checks if not one.holds]
    return f"the verdict {HOLDS}" if outcome.holds else f"the verdict {FAILS}: {'; '.join(failed)}"


def rows(outcome: Outcome) -> list[tuple[str, str, str, str]]:
    """The checks, a row each."""
    return [
        (one.what, one.target, one.seen, "ok" if one.holds else "FAILS") for one in outcome.checks
    ]


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _value(value: Any) -> str:
    if value is None:
        return "not measured"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
