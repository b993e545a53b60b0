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
    text = markdown(outcome, does, expects, where)
    return write_files(folder, text, outcome.as_dict(), f"{outcome.drill}.json")


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
    without_runs = [{**one.as_dict(), "runs": None} for one in outcomes]
    skipped = [{"drill": name, "verdict": LEFT_OUT, "why": why} for name, why in left_out.items()]
    text = markdown_of_all(outcomes, left_out, where)
    return write_files(folder, text, [*without_runs, *skipped], "all.json")


def write_files(folder: Path, text: str, told: object, name: str) -> Path:
    """Writes a report, and what it tells as JSON in a file of this name; gives the report's file.

    Raises:
        OutputError: they cannot be written there.
    """
    file = folder / REPORT
    with _written_to(folder):
        _write_json(told, folder / name)
        file.write_text(text, encoding="utf-8")
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
            *(value_cell(one.as_dict()[name]) for name in NAMES),
        ]
        for one in outcomes
    ]
    skipped = [[name, LEFT_OUT, *[""] * len(NAMES)] for name in left_out]
    parts = [
        f"# Drills: {held} of {len(outcomes)} hold",
        f"On {where}.",
        markdown_table(("drill", "verdict", *NAMES), [*ran, *skipped]),
        *(f"{name} is left out: {why}." for name, why in left_out.items()),
    ]
    for one in outcomes:
        parts += [
            f"## {one.drill}: {verdict(one)}",
            markdown_table(("checked", "target", "seen", ""), [*map(list, rows(one))]),
            f"![what happened]({one.drill}/{PICTURE})" if one.runs else "",
        ]
    return "\n\n".join(filter(None, parts)) + "\n"


def markdown(outcome: Outcome, does: str, expects: str, where: str) -> str:
    """The report."""
    parts = [
        f"# Drill {outcome.drill}: {verdict(outcome)}",
        f"On {where}. It {does}. To be seen: {expects}.",
        markdown_table(("checked", "target", "seen", ""), [*map(list, rows(outcome))]),
        f"![what happened]({PICTURE})" if outcome.runs else "",
        markdown_table(
            ("figure", "value"), [[name, value_cell(v)] for name, v in outcome.figures.items()]
        ),
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


def markdown_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table as Markdown has it."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def value_cell(value: Any) -> str:
    """A figure in a table."""
    if value is None:
        return "not measured"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
