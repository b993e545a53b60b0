"""The timeline of a rehearsal as a picture: a bar for each instance, and what went wrong above."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from cluster.rehearsal import events as words
from cluster.rehearsal.events import Event
from cluster.rehearsal.timeline import Life
from errors import OutputError

INK, MUTED, GRID, BAD = "#1c2126", "#5b6570", "#dfe3e8", "#d55e00"
# Of Okabe and Ito's palette, which stays apart under every common form of colour blindness.
COLOURS = {
    ("amd64", "on-demand"): "#0072b2",
    ("amd64", "spot"): "#56b4e9",
    ("arm64", "on-demand"): "#009e73",
    ("arm64", "spot"): "#e69f00",
}
UNKNOWN = "#8b949e"
STYLE = {
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": INK,
    "hatch.linewidth": 0.6,
}
WIDE, ROW, LEAST_HIGH, MOST_HIGH = 10.0, 0.34, 3.6, 24.0  # inches
AROUND = 2.15  # inches above and below the rows
BAR = 0.62  # of a row
LETTERS, SMALL_LETTERS = 120, 150
MOST_NAMED = 60
MINUTES_FROM = 1800.0
TROUBLES = (words.REFUSED, words.FAULT, words.TROUBLE)


@dataclass(frozen=True, kw_only=True)
class Words:
    """What stands around the drawing: the cluster, what became of it, and how long boots took."""

    title: str
    subtitle: str
    caption: str


@dataclass(frozen=True)
class Clock:
    """The time as the picture tells it: from a beginning, in seconds or minutes, to an end."""

    begin: float
    end: float

    @property
    def unit(self) -> tuple[str, float]:
        """Its name, and how many seconds it is."""
        return ("minutes", 60.0) if self.end - self.begin > MINUTES_FROM else ("seconds", 1.0)

    def at(self, seconds: float) -> float:
        """Where on the axis a time is that is told in seconds since 1970."""
        return (seconds - self.begin) / self.unit[1]


def draw(
    lives: Sequence[Life], events: Sequence[Event], now: float, words_: Words, path: Path
) -> None:
    """Writes the picture as PNG.

    Args:
        lives: the instances, one at least.
        events: all that happened, of which what went wrong is marked.
        now: until when instances that live are drawn, in seconds since 1970.
        words_: that stand around it.
        path: the file.

    Raises:
        OutputError: it cannot be written there.
    """
    clock = Clock(min(one.at for one in events), now)
    high = min(MOST_HIGH, max(LEAST_HIGH, AROUND + ROW * (len(lives) + 1)))
    with matplotlib.style.context(["default", STYLE]):
        figure = Figure(figsize=(WIDE, high))
        axes = figure.subplots()
        figure.subplots_adjust(left=0.2, right=0.97, top=1 - 1.15 / high, bottom=0.98 / high)
        for row, life in enumerate(lives):
            _bar(axes, row, life, clock)
        troubles = [one for one in events if one.what in TROUBLES]
        _troubles(axes, troubles, clock)
        _frame(axes, lives, clock, troubled=bool(troubles))
        _write(figure, words_, high)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            figure.savefig(path, format="png", dpi=130, metadata={"Software": None})
        except OSError as error:
            raise OutputError(
                f"cannot write {path}: {error.strerror}; name another file"
            ) from error


def phases(life: Life, now: float) -> list[tuple[str, float, float]]:
    """The phases of an instance, each with its begin and end: what it reached, until now."""
    starts = [
        ("booting", _first(life.asked, life.running)),
        ("setting up", life.ssh),
        ("joined", life.joined),
        ("draining", life.draining),
        ("ending", life.ended),
    ]
    end, found = _first(life.gone, now), []
    # From the last one back: what is told late, as after a restart, does not undo what came after.
    for name, begin in reversed(starts):
        if begin < end:
            found.append((name, begin, end))
            end = begin
    return found[::-1]


def _first(*times: float) -> float:
    """The first of these that is known."""
    return next((one for one in times if not math.isnan(one)), math.nan)


def _look(phase: str, colour: str) -> dict[str, Any]:
    looks: dict[str, dict[str, Any]] = {
        "booting": {"facecolor": "white", "edgecolor": colour, "hatch": "////", "linewidth": 0.8},
        "setting up": {"facecolor": colour, "alpha": 0.35},
        "joined": {"facecolor": colour},
        "draining": {"facecolor": colour, "edgecolor": "white", "hatch": "xxxx"},
        "ending": {"facecolor": GRID},
    }
    return looks[phase]


def _bar(axes: Axes, row: int, life: Life, clock: Clock) -> None:
    colour = COLOURS.get((life.arch, life.market), UNKNOWN)
    for phase, begin, end in phases(life, clock.end):
        width = clock.at(end) - clock.at(begin)
        look = {"linewidth": 0, **_look(phase, colour)}
        axes.barh(row, width, left=clock.at(begin), height=BAR, **look)
    for mark in life.marks:
        shape = "v" if mark.what == words.NOTICE else "d"
        axes.plot(clock.at(mark.at), row - BAR / 2, shape, color=BAD, markersize=7, clip_on=False)
    if not math.isnan(life.ended):
        at = clock.at(life.ended)
        axes.plot([at, at], [row - BAR / 2, row + BAR / 2], color=INK, linewidth=1.6)


def _troubles(axes: Axes, troubles: Sequence[Event], clock: Clock) -> None:
    """What went wrong with no instance, in a row above them."""
    for one in troubles:
        at = clock.at(one.at)
        if one.what == words.FAULT:
            axes.axvline(at, color=BAD, linewidth=0.9, dashes=(4, 3), zorder=0)
        shape = "s" if one.what == words.FAULT else "x"
        axes.plot(at, -1, shape, color=BAD, markersize=6)


def _frame(axes: Axes, lives: Sequence[Life], clock: Clock, *, troubled: bool) -> None:
    unit, _ = clock.unit
    axes.set_ylim(len(lives) - 0.4, -1.6 if troubled else -0.8)
    axes.set_xlim(0, clock.at(clock.end) * 1.01)
    axes.set_xlabel(unit)
    few = len(lives) <= MOST_NAMED
    names = [f"{one.node_type or '?'}  …{one.number[-5:]}" if few else "" for one in lives]
    at = [-1] if troubled else []
    axes.set_yticks([*at, *range(len(lives))], [*(["faults, refusals"] * len(at)), *names])
    axes.xaxis.set_major_locator(MaxNLocator(nbins=9, integer=True))
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0)
    axes.legend(
        handles=_legend(lives),
        loc="lower left",
        bbox_to_anchor=(-0.235, 1),
        ncols=10,
        frameon=False,
        fontsize=8.5,
        handlelength=1.2,
        columnspacing=1.1,
        borderaxespad=0,
        borderpad=0.4,
    )


def _legend(lives: Sequence[Life]) -> list[Any]:
    kinds = dict.fromkeys((one.arch, one.market) for one in lives if one.arch)
    colours = [Patch(facecolor=COLOURS[kind], label=" ".join(kind)) for kind in kinds]
    looks = [
        Patch(label=phase, **{"linewidth": 0, **_look(phase, UNKNOWN)})
        for phase in ("booting", "setting up", "joined", "draining")
    ]
    marks = [
        Line2D([], [], color=BAD, marker=shape, linestyle="", markersize=6, label=label)
        for shape, label in (("v", "notice"), ("d", "rebalance"), ("s", "fault"), ("x", "refused"))
    ]
    return [*colours, *looks, *marks]


def _write(figure: Figure, words_: Words, high: float) -> None:
    subtitle = textwrap.shorten(words_.subtitle, LETTERS, placeholder=" …")
    caption = textwrap.fill(words_.caption, SMALL_LETTERS, max_lines=2, placeholder=" …")
    plain: dict[str, Any] = {"va": "center", "parse_math": False}
    figure.text(0.015, 1 - 0.24 / high, words_.title, fontsize=14, fontweight="bold", **plain)
    figure.text(0.015, 1 - 0.52 / high, subtitle, color=MUTED, **plain)
    figure.text(0.015, 0.24 / high, caption, fontsize=9, color=MUTED, linespacing=1.5, **plain)
