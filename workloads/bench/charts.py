"""The charts of the report, as SVG for the inside of an HTML page.

Bars stand at the left and their numbers in columns at the right, as in a table, so that labels
cannot collide whatever the figures are. Colours are drawn as the light theme's and then replaced
by CSS variables of the same names, which lets the page decide between light and dark.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib.style
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from workloads.bench.case import MB, Case
from workloads.bench.figures import COLD, FLOOR, OURS, WARM, Group, figures, first_run
from workloads.bench.wording import decimal, row_label, speed

# Okabe and Ito's palette, which stays apart under every common form of colour blindness.
LIGHT = {
    "surface": "#ffffff",
    "ink": "#1c2126",
    "muted": "#5b6570",
    "grid": "#dfe3e8",
    "ours": "#0072b2",
    "ours-pale": "#9ccbe8",
    "other": "#8b949e",
    "other-pale": "#c9ced4",
    "start": "#e69f00",
}
DARK = {
    "surface": "#14181d",
    "ink": "#e6e9ed",
    "muted": "#9aa4af",
    "grid": "#2d343c",
    "ours": "#56b4e9",
    "ours-pale": "#24587a",
    "other": "#7d8792",
    "other-pale": "#474f58",
    "start": "#f0b429",
}

# Nothing random and no date goes into the drawing, and text stays text.
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "ray-on-aws",
    "font.size": 10,
    "hatch.linewidth": 0.8,
    "text.color": LIGHT["ink"],
    "xtick.color": LIGHT["muted"],
    "ytick.color": LIGHT["ink"],
    "axes.edgecolor": LIGHT["grid"],
    "axes.labelcolor": LIGHT["muted"],
}

WIDE, HALF = 9.6, 4.7  # inches: the page's width, and half of it
LABELS, COLUMN, ROW, HEAD, FOOT = 1.15, 0.72, 0.34, 0.44, 0.5  # inches
LETTER = 0.078  # inches, generously, of a letter at 10 points
LONGEST = 36  # letters in a line of a label


@dataclass(frozen=True)
class Column:
    """Numbers at the right of the bars: a heading and one text for each row."""

    heading: str
    texts: Sequence[str]


def throughput(group: Group) -> Markup:
    """MB/s of every engine, its repeats as dots; the floor hatched and drawn across."""
    rows = _fastest_first(group)
    beside = [figures(case, group) for case in rows]
    shares = [one.share_of_floor and 100 * one.share_of_floor for one in beside]
    columns = [
        Column("MB/s", [speed(case.mb_per_s) for case in rows]),
        Column("times\nbaseline", [decimal(one.times_baseline) for one in beside]),
        Column("% of\nfloor", [decimal(share) for share in shares]),
    ]
    with matplotlib.style.context(["default", STYLE]):
        figure, axes = _bars(WIDE, [row_label(case) for case in rows], columns, "MB/s of input")
        for at, case in enumerate(rows):
            _bar(axes, at, case, case.mb_per_s)
            _dots(axes, at, case)
        if floor := group.find(FLOOR, WARM):
            axes.axvline(floor.mb_per_s, color=LIGHT["muted"], linewidth=1, dashes=(4, 3), zorder=3)
        said = [f"{row_label(case)} {speed(case.mb_per_s)} MB/s" for case in rows]
        return svg(figure, "throughput", f"Throughput of {group.title}", said)


def memory(group: Group) -> Markup:
    """Peak memory of every engine: all processes, and within it the largest one."""
    rows = group.steady
    columns = [
        Column("all", [f"{case.peak_rss_bytes / MB:,.0f}" for case in rows]),
        Column("largest", [f"{case.peak_process_rss_bytes / MB:,.0f}" for case in rows]),
    ]
    with matplotlib.style.context(["default", STYLE]):
        figure, axes = _bars(HALF, [case.engine for case in rows], columns, "peak memory, MB")
        for at, case in enumerate(rows):
            pale, full = _colours(case)
            axes.barh(at, case.peak_rss_bytes / MB, height=0.62, color=pale)
            axes.barh(at, case.peak_process_rss_bytes / MB, height=0.26, color=full)
        said = [
            f"{case.engine} {case.peak_rss_bytes / MB:,.0f} MB in all processes, "
            f"{case.peak_process_rss_bytes / MB:,.0f} MB in the largest"
            for case in rows
        ]
        return svg(figure, "memory", f"Peak memory of {group.title}", said)


def cpu(group: Group) -> Markup:
    """CPU seconds that every engine needs for a gigabyte of input."""
    rows = group.steady
    needs = [figures(case, group).cpu_seconds_per_gb or 0.0 for case in rows]
    with matplotlib.style.context(["default", STYLE]):
        figure, axes = _bars(
            HALF,
            [case.engine for case in rows],
            [Column("seconds", [f"{need:,.2f}" for need in needs])],
            "CPU seconds per GB of input",
        )
        for at, (case, need) in enumerate(zip(rows, needs, strict=True)):
            _bar(axes, at, case, need)
        said = [
            f"{case.engine} {need:,.2f} seconds" for case, need in zip(rows, needs, strict=True)
        ]
        return svg(figure, "cpu", f"CPU seconds per GB of {group.title}", said)


def first_runs(groups: Sequence[Group]) -> Markup | None:
    """Where the time of the first run of `ours` goes, a bar a group; None where none was cold."""
    found = [(group.title, run) for group in groups if (run := first_run(group))]
    if not found:
        return None
    parts = {
        "start": ([run.start for _, run in found], LIGHT["start"]),
        "warming\nup": ([run.warming for _, run in found], LIGHT["ours-pale"]),
        "the\nwork": ([run.work for _, run in found], LIGHT["ours"]),
    }
    columns = [
        Column(name, [f"{value:,.2f}" if value else "" for value in values])
        for name, (values, _) in parts.items()
    ]
    with matplotlib.style.context(["default", STYLE]):
        figure, axes = _bars(WIDE, [title for title, _ in found], columns, "seconds")
        left = [0.0] * len(found)
        for name, (values, colour) in parts.items():
            key = name.replace("\n", " ")
            axes.barh(range(len(found)), values, left=left, height=0.55, color=colour, label=key)
            left = [a + b for a, b in zip(left, values, strict=True)]
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=len(parts),
            frameon=False,
            fontsize=9,
            handlelength=1,
            handleheight=1,
            borderaxespad=0,
            borderpad=0.4,
        )
        said = [
            f"{title}: start {run.start:,.2f} s, warming up {run.warming:,.2f} s, "
            f"the work {run.work:,.2f} s"
            for title, run in found
        ]
        return svg(figure, "first", "Where the time of the first run of ours goes", said)


def _fastest_first(group: Group) -> list[Case]:
    """Every engine by its speed, what it does cold right under what it does warm."""
    rows: list[Case] = []
    for case in group.steady:
        rows.append(case)
        cold = group.find(case.engine, COLD)
        if cold is not None and cold is not case:
            rows.append(cold)
    return rows


def _bars(
    width: float, labels: Sequence[str], columns: Sequence[Column], unit: str
) -> tuple[Figure, Axes]:
    """An empty bar chart with its labels at the left and its numbers at the right."""
    # A column with nothing in it says nothing: there may be no baseline, or no floor.
    columns = [column for column in columns if any(column.texts)]
    wrapped = [textwrap.wrap(label, LONGEST) for label in labels]
    rows = len(labels) * ROW * max(1, 0.6 * max(map(len, wrapped)))
    height = HEAD + rows + FOOT
    left = max(LABELS, LETTER * max(len(line) for lines in wrapped for line in lines) + 0.15)
    right = COLUMN * len(columns) + 0.1
    plot = width - left - right
    figure = Figure(figsize=(width, height))
    axes = figure.add_axes((left / width, FOOT / height, plot / width, rows / height))
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_yticks(range(len(labels)), ["\n".join(lines) for lines in wrapped])
    axes.tick_params(length=0)
    axes.tick_params(axis="x", labelsize=9)
    axes.set_xlabel(unit, fontsize=9)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5 if width > HALF else 3))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
    axes.grid(axis="x", color=LIGHT["grid"], linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[:].set_visible(False)
    for at, column in enumerate(columns, start=1):
        _column(axes, 1 + (at * COLUMN + 0.05) / plot, column)
    return figure, axes


def _column(axes: Axes, x: float, column: Column) -> None:
    """Write a column of numbers that ends at x, in widths of the plot."""
    axes.annotate(
        column.heading,
        (x, 1),
        xytext=(0, 7),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="right",
        va="baseline",
        color=LIGHT["muted"],
        size=8.5,
        linespacing=1.1,
    )
    place = axes.get_yaxis_transform()
    for y, text in enumerate(column.texts):
        axes.text(x, y, text, transform=place, ha="right", va="center_baseline")


def _bar(axes: Axes, at: int, case: Case, value: float) -> None:
    """A bar: ours in colour, the floor hatched, what is cold pale and thin."""
    pale, full = _colours(case)
    height = 0.36 if case.phase == COLD else 0.62
    if case.engine == FLOOR:
        axes.barh(at, value, height=height, facecolor="none", edgecolor=full, hatch="////")
    else:
        axes.barh(at, value, height=height, color=pale if case.phase == COLD else full)


def _dots(axes: Axes, at: int, case: Case) -> None:
    """Each repeat's own speed, where there is more than one."""
    if len(case.measurements) < 2:
        return
    speeds = [case.bytes_in / MB / one.seconds for one in case.measurements]
    axes.scatter(
        speeds,
        [at] * len(speeds),
        s=16,
        color=LIGHT["ink"],
        edgecolor=LIGHT["surface"],
        linewidth=0.7,
        zorder=4,
    )


def _colours(case: Case) -> tuple[str, str]:
    name = "ours" if case.engine == OURS else "other"
    return LIGHT[f"{name}-pale"], LIGHT[name]


def svg(figure: Figure, name: str, title: str, said: Sequence[str]) -> Markup:
    """The drawing as an element of the page, with its data as the text alternative."""
    buffer = io.StringIO()
    no_metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=no_metadata, transparent=True)
    inside = buffer.getvalue().partition("<svg")[2].partition(">")[2]
    inside = re.sub(r"<style.*?</style>", "", inside, flags=re.DOTALL)
    inside = re.sub(r"font-family: [^;\"]*(; )?", "", inside)
    # Ids and references to them: those of two drawings on a page must not meet.
    scope = re.sub(r"\W+", "-", f"{name}-{title}")
    inside = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{scope}-", inside)
    inside = inside.replace("xlink:href", "href")
    for variable, colour in LIGHT.items():
        inside = inside.replace(colour, f"var(--{variable})")
    width, height = figure.get_size_inches() * 72
    opening = Markup('<svg class="chart" role="img" aria-label="{}" viewBox="0 0 {} {}">').format(
        f"{title}. {'; '.join(said)}.", f"{width:g}", f"{height:g}"
    )
    # What matplotlib writes is XML, with the texts in it escaped.
    return opening + Markup(inside)  # noqa: S704
