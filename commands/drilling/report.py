"""A drill's report: Markdown, a picture beside it, and JSON with all that was seen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from commands.drilling.outcome import FAILS, HOLDS, Outcome
from errors import OutputError

REPORT, PICTURE = "report.md", "picture.png"


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
    try:
        folder.mkdir(parents=True, exist_ok=True)
        told = json.dumps(outcome.as_dict(), indent=2, ensure_ascii=False)
        (folder / f"{outcome.drill}.json").write_text(f"{told}\n", encoding="utf-8")
        file.write_text(markdown(outcome, does, expects, where), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write to {folder}: {error.strerror}") from error
    return file


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
