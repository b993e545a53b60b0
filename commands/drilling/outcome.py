"""What comes of a drill: what was to hold and whether it did, figures, and the runs behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from commands.drilling.facts import Facts

# Of the JSON, whatever the drill.
NAMES = ("lost_task_seconds", "replacement_s", "detected_s", "tasks", "tasks_done")
HOLDS, FAILS = "holds", "fails"


@dataclass(frozen=True, kw_only=True)
class Check:
    """A part of the verdict.

    Attributes:
        what: was looked at.
        target: that it was to reach.
        seen: what it was.
        holds: whether that will do.
    """

    what: str
    target: str
    seen: str
    holds: bool


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a drill.

    Attributes:
        drill: its name.
        checks: of which each must hold.
        figures: by name; None for what was not measured.
        runs: that it was measured in.
        notes: what else is to be said, a sentence each.
    """

    drill: str
    checks: Sequence[Check]
    figures: Mapping[str, Any]
    runs: Sequence[Facts]
    notes: Sequence[str] = field(default=())

    @property
    def holds(self) -> bool:
        """Whether all did that was to."""
        return all(one.holds for one in self.checks)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the verdict, the figures that each drill has, and its own."""
        return {
            "drill": self.drill,
            "verdict": HOLDS if self.holds else FAILS,
            **dict.fromkeys(NAMES),
            **self.figures,
            "checks": [asdict(one) for one in self.checks],
            "notes": list(self.notes),
            "runs": [asdict(one) for one in self.runs],
        }


def broken_off(drill: str, error: Exception) -> Outcome:
    """The outcome of a drill that could not be run to its end."""
    check = Check(what="run to its end", target="yes", seen=f"no: {error}", holds=False)
    return Outcome(drill=drill, checks=[check], figures={}, runs=())


def at_most(what: str, value: float | None, target: float, unit: str = " s") -> Check:
    """A check that a figure was measured, and is no more than its target."""
    return Check(
        what=what,
        target=f"<= {target:g}{unit}",
        seen="never" if value is None else f"{value:.1f}{unit}",
        holds=value is not None and value <= target,
    )


def all_done(facts: Facts) -> Check:
    """A check that every task came to its end, and gave what it should."""
    return Check(
        what=f"tasks done, with the right output ({facts.title})",
        target=f"{facts.tasks}",
        seen=f"{facts.done}" if facts.right else f"{facts.done}, and not all right",
        holds=facts.right and facts.done == facts.tasks > 0,
    )
