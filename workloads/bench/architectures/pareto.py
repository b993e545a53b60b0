"""What each pool does and costs: the ones that no other beats in both, and a picture of it."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.style
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from workloads.bench.architectures.figures import Matchup, Result
from workloads.bench.architectures.shares import EQUAL_VCPUS
from workloads.bench.charts import LIGHT, STYLE, svg
from workloads.bench.wording import dollars, speed

WIDE, HIGH = 6.4, 2.9  # inches
PLOT = 0.56  # of the width; names stand at the right of it
MARKERS = "os^Dv<>p"
NAME, APART = 1.05, 0.15  # where names begin and how far apart, in widths and heights of the plot


def front(points: Sequence[tuple[float, float]]) -> list[int]:
    """Which points no other is better than: no dearer and no slower, and one of both less so.

    Args:
        points: dollars and speed of each.
    """

    def beaten(dollars: float, speed: float) -> bool:
        return any(
            usd <= dollars and rate >= speed and (usd, rate) != (dollars, speed)
            for usd, rate in points
        )

    return [at for at, point in enumerate(points) if not beaten(*point)]


def picture(matchup: Matchup) -> Markup | None:
    """MB/s of each pool against what it costs, on equal vCPUs; None where fewer than two have both.

    Filled: on demand. Hollow: the same on spot. Dashed: those on demand that none beats in both.
    """
    shown = [
        one
        for one in matchup.results.get(EQUAL_VCPUS, ())
        if one.pool.comparable and one.usd_per_hour
    ]
    if len(shown) < 2:
        return None
    points = [(one.usd_per_hour or 0.0, one.case.mb_per_s) for one in shown]
    best = front(points)
    with matplotlib.style.context(["default", STYLE]):
        figure = Figure(figsize=(WIDE, HIGH))
        axes = figure.add_axes((0.1, 0.17, PLOT, 0.75))
        _frame(axes, shown)
        _draw_front(axes, [points[at] for at in best])
        for at, one in enumerate(shown):
            _draw(axes, one, MARKERS[at % len(MARKERS)], on_front=at in best)
        _name(axes, shown)
        said = [_said(one) for one in shown]
        return svg(figure, "pareto", f"Throughput against dollars of {matchup.title}", said)


def _frame(axes: Axes, shown: Sequence[Result]) -> None:
    most_usd = max(one.usd_per_hour or 0.0 for one in shown)
    axes.set_xlim(0, most_usd * 1.08)
    axes.set_ylim(0, max(max(one.each) for one in shown) * 1.08)
    axes.set_xlabel("dollars an hour", fontsize=9)
    axes.set_ylabel("MB/s", fontsize=9)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
    axes.grid(color=LIGHT["grid"], linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelsize=9)


def _draw_front(axes: Axes, points: Sequence[tuple[float, float]]) -> None:
    usd, rates = zip(*sorted(points), strict=True)
    axes.step(usd, rates, where="post", color=LIGHT["muted"], linewidth=1, dashes=(4, 3), zorder=2)


def _draw(axes: Axes, one: Result, marker: str, *, on_front: bool) -> None:
    """A pool on demand, its slowest and fastest round, and on spot."""
    colour = LIGHT["ours" if on_front else "other"]
    usd, spot, rate = one.usd_per_hour or 0.0, one.usd_per_hour_spot, one.case.mb_per_s
    axes.plot([usd, usd], [min(one.each), max(one.each)], color=LIGHT["ink"], linewidth=1, zorder=3)
    if spot:
        axes.plot([spot, usd], [rate, rate], color=LIGHT["grid"], linewidth=1.2, zorder=1)
        axes.scatter(
            [spot], [rate], s=34, marker=marker, facecolor=LIGHT["surface"], edgecolor=colour,
            zorder=4,
        )  # fmt: skip
    axes.scatter([usd], [rate], s=40, marker=marker, color=colour, zorder=5)


def _name(axes: Axes, shown: Sequence[Result]) -> None:
    """Names in the order of speed, evenly apart so that they cannot collide."""
    ordered = sorted(enumerate(shown), key=lambda pair: -pair[1].case.mb_per_s)
    for row, (at, one) in enumerate(ordered):
        y = 0.94 - row * APART
        axes.scatter(
            [NAME], [y], s=30, marker=MARKERS[at % len(MARKERS)], color=LIGHT["muted"],
            transform=axes.transAxes, clip_on=False,
        )  # fmt: skip
        text = f"{one.pool.name}  {speed(one.case.mb_per_s)} MB/s"
        axes.text(
            NAME + 0.06, y, text, transform=axes.transAxes, va="center_baseline", size=8.5,
            color=LIGHT["ink"],
        )  # fmt: skip


def _said(one: Result) -> str:
    spot = f", {dollars(one.usd_per_hour_spot)} on spot" if one.usd_per_hour_spot else ""
    return (
        f"{one.pool.name} {speed(one.case.mb_per_s)} MB/s for {dollars(one.usd_per_hour)} dollars "
        f"an hour{spot}"
    )
