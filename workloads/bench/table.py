"""A result on the screen: one table for each group, and what it means in plain sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from workloads.bench.case import Case
from workloads.bench.figures import OURS, WARM, Group, grouped
from workloads.bench.wording import (
    NAMES,
    cells,
    columns,
    conditions,
    has_prices,
    machine_sentence,
    machines,
    price_sentence,
    sentences,
)

UNBOUNDED = 10_000


def show(cases: Sequence[Case], console: Console) -> None:
    """Print a result.

    Nothing is ever cut: a terminal that is too narrow wraps, and a pipe gets whole lines without
    colours or rules.
    """
    for group in grouped(cases):
        print_line(group.title, console, style="bold")
        print_line(conditions(group), console, style="dim")
        console.print()
        print_table(partial(_table, group), console)
        console.print()
        for sentence in sentences(group):
            print_line(sentence, console)
        console.print()
    for machine in machines(cases):
        print_line(f"Measured on {machine_sentence(machine)}.", console, style="dim")
    if said := price_sentence(cases):
        print_line(said, console, style="dim")


def print_table(table: Callable[[int], Table], console: Console) -> None:
    """Give every column the width it needs, and space between them as far as there is room.

    Args:
        table: makes it, with so much space between its columns.
        console: where to print it.
    """
    unbounded = console.options.update(max_width=UNBOUNDED)
    for space in (2, 1):
        made = table(space)
        made.width = Measurement.get(console, unbounded, made).maximum
        if made.width <= console.width or not console.is_terminal:
            break
    # soft_wrap keeps rich from cutting what is wider than it believes the screen to be.
    console.print(made, soft_wrap=True)


def _table(group: Group, space: int) -> Table:
    table = Table(box=None, padding=(0, space, 0, 0), pad_edge=False, header_style="dim")
    prices = has_prices(group.cases)
    for at, (above, below) in enumerate(columns(group.cases)):
        table.add_column(
            f"{above}\n{below}", justify="left" if at < NAMES else "right", no_wrap=True
        )
    for case in group.cases:
        style = "bold" if (case.engine, case.phase) == (OURS, WARM) else ""
        table.add_row(*(Text(cell) for cell in cells(case, group, prices=prices)), style=style)
    return table


def print_line(text: str, console: Console, style: str = "") -> None:
    """Print a paragraph: as one line into a pipe, wrapped at words on a terminal."""
    console.print(Text(text, style=style), soft_wrap=not console.is_terminal)
