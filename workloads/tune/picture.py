"""The curves as a picture: how fast each value was beside the defaults, and the last word."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from typing import Any

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from workloads.bench.charts import LIGHT
from workloads.bench.tunings import value_of
from workloads.tune import words
from workloads.tune.result import Curve, Result, Step, Verdict

INK, MUTED, GRID, BLUE, GREY = (LIGHT[name] for name in ("ink", "muted", "grid", "ours", "other"))
STYLE = {
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "axes.titlecolor": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
}
# Inches: for each value of a panel, around all panels, and in height.
STEP, AROUND, HIGH = 0.62, 1.6, 4.6
# Letters of a line, for each inch.
LETTERS = 11.5
# Ratios beyond these are drawn at the edge.
LOWEST, HIGHEST = 0.25, 2.0


def draw(result: Result) -> bytes:
    """The picture as PNG; there is one curve at least."""
    widths = [len(curve.steps) + 1 for curve in result.curves]
    if result.verdict.ratio is not None:
        widths.append(3)
    wide = max(STEP * sum(widths) + AROUND, 6.5)
    with matplotlib.style.context(["default", STYLE]):
        figure = Figure(figsize=(wide, HIGH))
        panels = figure.subplots(1, len(widths), sharey=True, width_ratios=widths, squeeze=False)[0]
        figure.subplots_adjust(
            left=0.75 / wide, right=1 - 0.2 / wide, top=0.7, bottom=0.2, wspace=0.12
        )
        for axes, curve in zip(panels, result.curves, strict=False):
            _curve(axes, curve, result)
        if result.verdict.ratio is not None:
            _last_word(panels[-1], result.verdict)
        panels[0].set_ylabel("times as fast as the defaults")
        low, high = _limits(result)
        panels[0].set_ylim(low, high)
        _write(figure, result, wide)
        drawn = io.BytesIO()
        figure.savefig(drawn, format="png", dpi=130, metadata={"Software": None})
        return drawn.getvalue()


def _curve(axes: Axes, curve: Curve, result: Result) -> None:
    """The values of a dial side by side; hollow are those that were dropped."""
    _plain(axes)
    chosen = result.found.get(curve.function, {})
    known = [(at, step) for at, step in enumerate(curve.steps) if step.ratio is not None]
    axes.plot(
        [at for at, _ in known],
        [_inside(step.ratio) for _, step in known],
        color=GRID,
        linewidth=1.5,
        zorder=1,
    )
    for at, step in known:
        best = curve.field in chosen and chosen[curve.field] == step.value
        _point(axes, at, step, BLUE if best else INK if step.usual else GREY)
    axes.set_xticks(
        range(len(curve.steps)),
        [_label(curve.field, step) for step in curve.steps],
        fontsize=8,
    )
    axes.set_xlim(-0.6, len(curve.steps) - 0.4)
    axes.set_title(words.NAMES[curve.field], fontsize=10, loc="left")


def _point(axes: Axes, at: int, step: Step, colour: str) -> None:
    ratio = _inside(step.ratio)
    if step.low is not None and step.high is not None and step.high > step.low:
        axes.plot([at, at], [_inside(step.low), _inside(step.high)], color=colour, linewidth=1.5)
    face = "white" if step.out else colour
    axes.plot(at, ratio, "o", markersize=7, markerfacecolor=face, markeredgecolor=colour)
    if ratio != step.ratio:
        axes.annotate(
            f"{step.ratio:.2f}",
            (at, ratio),
            xytext=(0, 7),
            textcoords="offset points",
            ha="center",
            fontsize=8,
            color=MUTED,
        )


def _last_word(axes: Axes, verdict: Verdict) -> None:
    """Every pair of runs as a dot, and the interval beside them."""
    _plain(axes)
    colour = BLUE if verdict.kept else GREY
    count = len(verdict.ratios)
    spread = [0.25 * ((at * 7) % count) / count - 0.125 for at in range(count)]
    axes.plot(
        spread, [_inside(one) for one in verdict.ratios], "o", markersize=3, color=colour, alpha=0.5
    )
    if verdict.low is not None and verdict.high is not None:
        axes.plot([1, 1], [_inside(verdict.low), _inside(verdict.high)], color=colour, linewidth=3)
    axes.plot(1, _inside(verdict.ratio), "D", markersize=7, color=colour)
    axes.set_xticks([0, 1], ["pairs", "95%"], fontsize=8)
    axes.set_xlim(-0.6, 1.6)
    axes.set_title("the last word", fontsize=10, loc="left")


def _plain(axes: Axes) -> None:
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.axhline(1, color=MUTED, linewidth=1, dashes=(4, 3), zorder=1)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6))


def _label(field: str, step: Step) -> str:
    """A value below its point: the unit on a line of its own."""
    return value_of(field, step.value).replace(" ", "\n")


def _inside(ratio: float | None) -> float:
    return min(max(ratio or 0.0, LOWEST), HIGHEST)


def _limits(result: Result) -> tuple[float, float]:
    """From the slowest to the fastest that is drawn, with some space around."""
    steps = [step for curve in result.curves for step in curve.steps]
    drawn: list[float | None] = [one for step in steps for one in (step.ratio, step.low, step.high)]
    drawn += result.verdict.ratios
    inside = [_inside(one) for one in drawn if one is not None] or [1.0]
    low, high = min(*inside, 0.9), max(*inside, 1.1)
    space = 0.08 * (high - low)
    return low - space, high + space


def _write(figure: Figure, result: Result, wide: float) -> None:
    letters = int(wide * LETTERS)
    plain: dict[str, Any] = {"va": "top", "parse_math": False}
    left = 0.2 / wide
    figure.text(left, 0.97, f"tune {result.workload}", fontsize=14, fontweight="bold", **plain)
    said = textwrap.fill(words.sentence(result).partition(": ")[2], letters, max_lines=2)
    figure.text(left, 0.89, said, color=MUTED, linespacing=1.4, **plain)
    legend: Sequence[str] = (
        "black: the default",
        "blue: the best found",
        "hollow: dropped early",
        "bars: 80% intervals",
    )
    caption = textwrap.fill(f"{words.conditions(result)}. {'; '.join(legend)}.", int(letters * 1.1))
    figure.text(left, 0.085, caption, fontsize=9, color=MUTED, linespacing=1.4, **plain)
