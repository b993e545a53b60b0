"""A comparison on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from rich.console import Console
from rich.table import Table
from rich.text import Text

from workloads.bench.architectures.findings import (
    COLUMNS,
    NAMES,
    POOL_COLUMNS,
    Findings,
    cells,
    pool_cells,
    title,
)
from workloads.bench.table import print_line, print_table


def show(findings: Findings, console: Console) -> None:
    """Prints a comparison; nothing is ever cut."""
    print_line(title(findings.pools), console, style="bold")
    pools = [pool_cells(one) for one in findings.pools]
    print_table(partial(_table, POOL_COLUMNS, pools, 3), console)
    console.print()
    headings = [f"{above}\n{below}" for above, below in COLUMNS]
    for one in findings.matchups:
        rows = [cells(result) for result in one.all_results]
        print_line(one.title, console, style="bold")
        print_table(partial(_table, headings, rows, NAMES), console)
        console.print()
    for sentence in [*findings.choices, *findings.remarks]:
        print_line(sentence, console)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], names: int, space: int) -> Table:
    table = Table(box=None, padding=(0, space, 0, 0), pad_edge=False, header_style="dim")
    for at, heading in enumerate(headings):
        table.add_column(heading, justify="left" if at < names else "right", no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))
    return table
