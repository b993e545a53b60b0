"""The forecast as a picture: nodes by type above, tasks that wait below."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cluster.planning.forecast.forecast import Forecast
from cluster.planning.forecast.report import duration
from cluster.planning.forecast.timeline import JOINED, REQUESTED
from errors import OutputError

INK, MUTED, GRID = "#1c2126", "#5b6570", "#dfe3e8"
HEAD = "#8b949e"
# Okabe and Ito's palette, which stays apart under every common form of colour blindness.
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442")
STYLE = {
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "hatch.linewidth": 0.6,
}
WIDE, HIGH = 10.0, 6.0  # inches
LETTERS, SMALL_LETTERS, LINES = 105, 130, 3  # on a line, in small ones, and lines of them
MILLION = 1_000_000
HALF_AN_HOUR, HALF_A_DAY = 1800, 43_200


@dataclass(frozen=True, kw_only=True)
class Words:
    """What stands around the drawing.

    Attributes:
        title: the config.
        subtitle: the demand.
        caption: what it costs.
    """

    title: str
    subtitle: str
    caption: str


@dataclass(frozen=True)
class Curve:
    """A number over time: from each time on, the value."""

    times: Sequence[float]
    values: Sequence[float]


def draw(forecast: Forecast, words: Words, path: Path) -> None:
    """Writes the picture as PNG.

    Raises:
        OutputError: it cannot be written there.
    """
    with matplotlib.style.context(["default", STYLE]):
        figure = Figure(figsize=(WIDE, HIGH))
        nodes, waiting = figure.subplots(
            2, 1, sharex=True, height_ratios=(5, 2), gridspec_kw={"hspace": 0.12}
        )
        figure.subplots_adjust(left=0.08, right=0.97, top=0.81, bottom=0.19)
        _nodes(nodes, forecast)
        _waiting(waiting, forecast)
        _write(figure, words)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            figure.savefig(path, format="png", dpi=130, metadata={"Software": None})
        except OSError as error:
            raise OutputError(
                f"cannot write {path}: {error.strerror}; name another file"
            ) from error


def curves(forecast: Forecast, state: str) -> dict[str, Curve]:
    """How many nodes of each type there were over time, all types at the same times."""
    times = sorted({0.0, *(step.time for step in forecast.timeline), _end(forecast)})
    seen = {step.node_type for step in forecast.timeline}
    found: dict[str, Curve] = {}
    for name in forecast.node_types:
        changes = {
            step.time: step.count
            for step in forecast.timeline
            if (step.node_type, step.state) == (name, state)
        }
        if name in seen:
            found[name] = Curve(times, _held(times, changes))
    return found


def _held(times: Sequence[float], changes: Mapping[float, int]) -> list[float]:
    value, values = 0, []
    for time in times:
        value = changes.get(time, value)
        values.append(float(value))
    return values


def _end(forecast: Forecast) -> float:
    return max(forecast.done_s, forecast.idle_s, 1.0)


def _nodes(axes: Axes, forecast: Forecast) -> None:
    """The types on top of each other: filled what has joined, hatched above it what boots."""
    joined, requested = curves(forecast, JOINED), curves(forecast, REQUESTED)
    colours = _colours(forecast.node_types)
    _, scale = _unit(forecast)
    base = np.zeros(len(next(iter(joined.values())).times))
    for name, curve in joined.items():
        times = [time / scale for time in curve.times]
        top = base + curve.values
        filled: dict[str, Any] = {"color": colours[name], "linewidth": 0, "label": name}
        axes.fill_between(times, base, top, step="post", **filled)
        base = top
    for name, curve in requested.items():
        times = [time / scale for time in curve.times]
        top = base + curve.values - joined[name].values
        hatched: dict[str, Any] = {
            "facecolor": "white",
            "edgecolor": colours[name],
            "hatch": "////",
        }
        axes.fill_between(times, base, top, step="post", linewidth=0, **hatched)
        base = top
    axes.fill_between([], [], [], label="booting", facecolor="white", edgecolor=MUTED, hatch="////")
    axes.set_ylabel("nodes")
    axes.set_ylim(0, max(base) * 1.08)
    axes.set_xlim(0, _end(forecast) / scale * 1.02)
    axes.axvline(forecast.done_s / scale, color=INK, linewidth=1, dashes=(4, 3))
    _plain(axes)
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=8,
        frameon=False,
        fontsize=9,
        handlelength=1.2,
        borderaxespad=0,
        borderpad=0.4,
    )


def _waiting(axes: Axes, forecast: Forecast) -> None:
    """The tasks that wait, and when all are done."""
    unit, scale = _unit(forecast)
    last = forecast.pending[-1][1] if forecast.pending else 0
    points = [(0.0, 0), *forecast.pending, (_end(forecast), last)]
    times = [time / scale for time, _ in points]
    counts = [count for _, count in points]
    axes.fill_between(times, counts, step="post", color=MUTED, alpha=0.5, linewidth=0)
    axes.set_ylim(0, max(*counts, 1) * 1.1)
    axes.set_ylabel("tasks waiting")
    axes.set_xlabel(unit)
    axes.axvline(forecast.done_s / scale, color=INK, linewidth=1, dashes=(4, 3))
    left = forecast.done_s > _end(forecast) / 2
    axes.annotate(
        f"all done: {duration(forecast.done_s)}",
        (forecast.done_s / scale, 1),
        xycoords=axes.get_xaxis_transform(),
        xytext=(-5 if left else 5, -4),
        textcoords="offset points",
        ha="right" if left else "left",
        va="top",
        fontsize=9,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 2},
    )
    _plain(axes)


def _plain(axes: Axes) -> None:
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))


def _short(value: float) -> str:
    """A count that fits beside an axis: `4,500`, `250k`, `1.5M`."""
    if value >= MILLION:
        return f"{value / MILLION:g}M"
    return f"{value / 1000:g}k" if value >= MILLION / 100 else f"{value:,.0f}"


def _write(figure: Figure, words: Words) -> None:
    subtitle = textwrap.shorten(words.subtitle, LETTERS, placeholder=" …")
    caption = textwrap.fill(words.caption, SMALL_LETTERS, max_lines=LINES, placeholder=" …")
    # Dollars are no formulas.
    plain: dict[str, Any] = {"va": "center", "parse_math": False}
    figure.text(0.08, 0.955, words.title, fontsize=14, fontweight="bold", **plain)
    figure.text(0.08, 0.905, subtitle, color=MUTED, **plain)
    figure.text(0.08, 0.06, caption, fontsize=9, color=MUTED, linespacing=1.5, **plain)


def _colours(names: Sequence[str]) -> dict[str, str]:
    """One for each type; the head, which comes first, in grey."""
    found = {names[0]: HEAD} if names else {}
    for at, name in enumerate(names[1:]):
        found[name] = COLOURS[at % len(COLOURS)]
    return found


def _unit(forecast: Forecast) -> tuple[str, float]:
    """In what the time is told, and how many seconds that is."""
    end = _end(forecast)
    if end < HALF_AN_HOUR:
        return "seconds", 1.0
    return ("minutes", 60.0) if end < HALF_A_DAY else ("hours", 3600.0)
