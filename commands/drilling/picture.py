"""A drill's picture: for each run the workers with their tasks, and how it stood, over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from cluster.rehearsal.picture import BAD, GRID, INK, MUTED, STYLE
from commands.drilling.facts import Attempt, Facts, Mark, NodeLife
from errors import OutputError

DONE, WAITING, RUNNING, THERE = "#0072b2", "#e69f00", "#56b4e9", "#eef1f4"
# Of the time that is shown: captions that are closer are told in one line.
LEAST_APART = 0.12
# As many lines as let a picture still be seen behind them.
MANY = 10
WIDE, NODE_HIGH, COUNTS_HIGH, AROUND = 10.0, 0.5, 1.3, 1.5  # inches


def draw(title: str, subtitle: str, runs: Sequence[Facts], path: Path) -> None:
    """Writes the picture as PNG.

    Args:
        title: above it.
        subtitle: below that.
        runs: one at least.
        path: the file.

    Raises:
        OutputError: it cannot be written there.
    """
    # The same for all, so that what took longer is longer.
    seconds = max(1.0, *(math.ceil(run.end - run.begin) for run in runs))
    rows = [height for run in runs for height in (_high(run), COUNTS_HIGH)]
    high = sum(rows) + AROUND + 0.55 * len(rows)
    with matplotlib.style.context(["default", STYLE]):
        figure = Figure(figsize=(WIDE, high))
        axes = figure.subplots(len(rows), 1, height_ratios=rows, squeeze=False)[:, 0]
        figure.subplots_adjust(
            left=0.16, right=0.94, top=1 - 1.2 / high, bottom=0.5 / high, hspace=0.42
        )
        for at, run in enumerate(runs):
            _nodes(axes[2 * at], run, seconds)
            _counts(axes[2 * at + 1], run, seconds)
        plain: dict[str, Any] = {"va": "center", "parse_math": False}
        figure.text(0.015, 1 - 0.24 / high, title, fontsize=14, fontweight="bold", **plain)
        figure.text(0.015, 1 - 0.52 / high, subtitle, color=MUTED, **plain)
        _legend(figure, high)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            figure.savefig(path, format="png", dpi=130, metadata={"Software": None})
        except OSError as error:
            raise OutputError(f"cannot write {path}: {error.strerror}") from error


def _high(run: Facts) -> float:
    return max(1.0, NODE_HIGH * len(bands(run)))


def bands(run: Facts) -> list[list[NodeLife]]:
    """Workers by their instance: one that another head node took over was two nodes of Ray's."""
    found: dict[str, list[NodeLife]] = {}
    for life in sorted(run.nodes.values(), key=lambda life: life.joined):
        machine = run.machine_of(life.node)
        found.setdefault(machine.number if machine else life.node, []).append(life)
    return list(found.values())


def lanes(attempts: Sequence[Attempt], end: float) -> list[tuple[int, Attempt]]:
    """Attempts of one node, each in the first lane that is free when it begins."""
    free: list[float] = []
    found = []
    for one in sorted(attempts, key=lambda one: one.started):
        until = end if one.ended is None else one.ended
        lane = next((at for at, time in enumerate(free) if time <= one.started), len(free))
        free[lane : lane + 1] = [until]
        found.append((lane, one))
    return found


def captions(marks: Sequence[Mark], apart: float) -> list[tuple[float, str]]:
    """What stands above marks: each word once, and in one line what is closer than so many seconds.

    A mark that comes again and again is told by its lines.
    """
    found: list[tuple[float, list[str]]] = []
    for mark in sorted(marks, key=lambda one: one.at):
        if any(mark.what in words for _, words in found):
            continue
        if found and mark.at - found[-1][0] < apart:
            found[-1][1].append(mark.what)
        else:
            found.append((mark.at, [mark.what]))
    return [(at, ", ".join(words)) for at, words in found]


def _nodes(axes: Axes, run: Facts, seconds: float) -> None:
    """A band for each worker, with a lane for each task that runs at the same time."""
    rows = bands(run)
    for row, lives in enumerate(rows):
        for life in lives:
            _band(axes, row, life, run)
    times = {mark.at - run.begin for mark in run.marks}
    width = 1.2 if len(times) <= MANY else 0.6
    for at in times:
        axes.axvline(at, color=BAD, linewidth=width, dashes=(4, 3))
    for at, words in captions(run.marks, LEAST_APART * seconds):
        axes.annotate(
            words, (at - run.begin, 1.01), xycoords=("data", "axes fraction"),
            color=BAD, fontsize=8.5, ha="left", va="bottom", rotation=0,
        )  # fmt: skip
    axes.set_ylim(len(rows) - 0.4, -0.6)
    names = [f"{life.kind or 'worker'}  {life.address.partition('.')[2]}" for life, *_ in rows]
    axes.set_yticks(range(len(rows)), names)
    axes.set_title(run.title, loc="left", fontsize=10, color=INK, pad=14)
    _frame(axes, seconds)
    axes.tick_params(labelbottom=False)


def _band(axes: Axes, row: int, life: NodeLife, run: Facts) -> None:
    machine = run.machine_of(life.node)
    left = life.left or run.end
    until_lost = min(left, machine.ended) if machine and machine.ended else left
    begin, end = life.joined - run.begin, left - run.begin
    axes.barh(row, end - begin, left=begin, height=0.84, color=THERE, zorder=1)
    if life.draining is not None:
        drained = life.draining - run.begin
        look: dict[str, Any] = {
            "facecolor": THERE,
            "edgecolor": MUTED,
            "hatch": "///",
            "linewidth": 0,
        }
        axes.barh(row, end - drained, left=drained, height=0.84, zorder=2, **look)
    of_node = [one for one in run.attempts if one.node == life.node]
    laid = lanes(of_node, until_lost)
    count = max((lane for lane, _ in laid), default=0) + 1
    height = 0.78 / count
    for lane, one in laid:
        until = one.ended if one.ended is not None else max(one.started, until_lost)
        at = row - 0.39 + height * (lane + 0.5)
        shown: dict[str, Any] = {
            "color": DONE if one.ended is not None else BAD,
            "height": height * 0.8,
        }
        start = one.started - run.begin
        axes.barh(at, until - one.started, left=start, zorder=3, **shown)
    if machine is not None and machine.ended is not None:
        at_ = machine.ended - run.begin
        axes.plot([at_, at_], [row - 0.45, row + 0.45], color=INK, linewidth=1.6, zorder=4)


def _counts(axes: Axes, run: Facts, seconds: float) -> None:
    """Tasks that run and wait, and the workers."""
    if run.counts:
        times = [one.at - run.begin for one in run.counts]
        running = [one.running for one in run.counts]
        waiting = [one.waiting for one in run.counts]
        axes.stackplot(times, running, waiting, colors=[RUNNING, WAITING], step="post", alpha=0.85)
        beside = axes.twinx()
        workers = [one.workers for one in run.counts]
        beside.step(times, workers, where="post", color=INK, linewidth=1.3)
        beside.set_ylim(0, max(workers) + 1)
        beside.set_ylabel("workers", fontsize=8.5)
        beside.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
        beside.spines[["top", "right", "left"]].set_visible(False)
        beside.tick_params(length=0)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
    axes.set_ylabel("tasks", fontsize=8.5)
    axes.set_xlabel("seconds", fontsize=8.5)
    _frame(axes, seconds)


def _frame(axes: Axes, seconds: float) -> None:
    axes.set_xlim(0, seconds)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=9, integer=True))
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0, labelsize=8.5)


def _legend(figure: Figure, high: float) -> None:
    hatch: dict[str, Any] = {"facecolor": THERE, "edgecolor": MUTED, "hatch": "///", "linewidth": 0}
    figure.legend(
        handles=[
            Patch(facecolor=THERE, label="worker"),
            Patch(label="draining", **hatch),
            Patch(facecolor=DONE, label="task"),
            Patch(facecolor=BAD, label="task lost"),
            Line2D([], [], color=INK, linewidth=1.6, label="instance ended, workers"),
            Patch(facecolor=RUNNING, label="running"),
            Patch(facecolor=WAITING, label="waiting"),
        ],
        loc="upper left",
        bbox_to_anchor=(0.005, 1 - 0.62 / high),
        ncols=7,
        frameon=False,
        fontsize=8.5,
        handlelength=1.2,
        columnspacing=1.1,
    )
