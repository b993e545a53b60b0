"""A comparison as one HTML file that needs nothing but itself."""

from __future__ import annotations

from pathlib import Path

from workloads.bench.architectures.findings import (
    COLUMNS,
    NAMES,
    POOL_COLUMNS,
    Findings,
    cells,
    pool_cells,
    title,
)
from workloads.bench.architectures.pareto import picture
from workloads.bench.report import page, period, write_page


def write(findings: Findings, path: Path, *, command: str) -> None:
    """Writes the report of a comparison, replacing the file if there is one.

    Args:
        findings: with one case at least.
        path: the HTML file.
        command: how the result was made.

    Raises:
        OutputError: the file cannot be written there.
    """
    write_page(render(findings, command=command), path)


def render(findings: Findings, *, command: str) -> str:
    """The report of a comparison as text."""
    return page(
        "architectures/report.html.j2",
        title=title(findings.pools),
        measured=period(findings.cases),
        choices=findings.choices,
        remarks=findings.remarks,
        pool_columns=POOL_COLUMNS,
        pools=[pool_cells(pool) for pool in findings.pools],
        columns=COLUMNS,
        names=NAMES,
        matchups=[
            {
                "title": one.title,
                "picture": picture(one),
                "rows": [
                    {"cells": cells(result), "main": result.share.basis == one.basis}
                    for result in one.all_results
                ],
            }
            for one in findings.matchups
        ],
        rounds=max(len(case.measurements) for case in findings.cases),
        command=command,
    )
