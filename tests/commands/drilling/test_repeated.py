"""Drills run again and again: what of all runs is told together."""

from __future__ import annotations

from typing import Any

from commands.drilling.outcome import Check, Outcome
from commands.drilling.repeated import Run, folder_of, held, markdown, summary


def run(number: int, drill: str = "node-loss", *, holds: bool = True, **figures: Any) -> Run:
    check = Check(what="it", target="1", seen="1", holds=holds)
    outcome = Outcome(drill=drill, checks=[check], figures=figures, runs=[])
    return Run(folder_of(drill, number), outcome)


RUNS = [
    run(1, detected_s=3.0, tasks=24),
    run(1, "idle", tasks=5),
    run(2, detected_s=9.0, tasks=24),
    run(3, detected_s=4.5, tasks=24, holds=False),
]


def test_figures_are_summed_up_by_drill() -> None:
    assert summary(RUNS) == [
        ("node-loss: detected_s", "3", "3", "4.5", "9"),
        ("node-loss: tasks", "3", "24", "24", "24"),
        ("idle: tasks", "1", "5", "5", "5"),
    ]


def test_the_report_has_a_row_for_each_run() -> None:
    told = markdown(RUNS, "here")
    assert held(RUNS) == "3 of 4 runs hold"
    assert told.startswith("# Drills run again and again: 3 of 4 runs hold\n\nOn here.\n")
    row = "| [node-loss/run-03](node-loss/run-03/report.md) | fails | not measured | not measured "
    assert f"{row}| 4.5 | 24 | not measured |" in told
