"""A result as one HTML file that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from errors import OutputError
from workloads.bench import charts, wording
from workloads.bench.case import Case
from workloads.bench.figures import NO_PEERS, OURS, WARM, Group, grouped, standing


def write(cases: Sequence[Case], path: Path, *, command: str = "") -> None:
    """Write the report of a result, replacing the file if there is one.

    The same cases give the same bytes.

    Args:
        cases: at least one.
        path: the HTML file.
        command: how the result was made; by default the calls that make one like it.

    Raises:
        OutputError: the file cannot be written there.
    """
    write_page(render(cases, command=command), path)


def write_page(text: str, path: Path) -> None:
    """Writes a page, replacing the file if there is one.

    Raises:
        OutputError: the file cannot be written there.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"cannot write the report to {path}: {error.strerror}; give a file in a folder "
            "that exists and may be written"
        ) from error


def render(cases: Sequence[Case], *, command: str = "") -> str:
    """The report of a result as text."""
    groups = grouped(cases)
    return page(
        "report.html.j2",
        headline=wording.headline(groups),
        measured=period(cases),
        glance=_glance(groups),
        machines=wording.machines(cases),
        instructions=wording.instructions,
        groups=[_section(group, prices=wording.has_prices(cases)) for group in groups],
        first_runs=charts.first_runs(groups),
        columns=wording.columns(cases),
        prices=wording.price_sentence(cases),
        names=wording.NAMES,
        commands=[command] if command else _commands(cases),
        gib=wording.GIB,
    )


def page(template: str, **shown: object) -> str:
    """A page made of a template of this package, in the colours of the charts."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made = environment.get_template(template)
    return made.render(light=charts.LIGHT, dark=charts.DARK, **shown)


def _section(group: Group, *, prices: bool) -> dict[str, object]:
    """What the template shows of a group."""
    return {
        "title": group.title,
        "conditions": wording.conditions(group),
        "sentences": wording.sentences(group),
        "charts": bool(group.steady),
        "throughput": charts.throughput(group) if group.steady else None,
        "memory": charts.memory(group) if group.steady else None,
        "cpu": charts.cpu(group) if group.steady else None,
        "rows": [
            {
                "cells": wording.cells(case, group, prices=prices),
                "main": (case.engine, case.phase) == (OURS, WARM),
            }
            for case in group.cases
        ],
    }


def _glance(groups: Sequence[Group]) -> list[tuple[str, ...]]:
    """The summary by columns, the heading first: only those that hold something."""
    found = [(group, stands) for group in groups if (stands := standing(group))]
    shares = [stands.share_of_floor for _, stands in found]
    columns = [
        ("work", *[group.title for group, _ in found]),
        ("MB/s", *[wording.speed(stands.ours.mb_per_s) for _, stands in found]),
        ("times baseline", *[wording.decimal(stands.times_baseline) for _, stands in found]),
        (
            "times fastest peer",
            *[wording.decimal(stands.times_fastest_peer) for _, stands in found],
        ),
        ("fastest peer", *[stands.fastest_peer or "" for _, stands in found]),
        ("% of floor", *[wording.decimal(share and 100 * share) for share in shares]),
        ("USD/TB", *[wording.dollars(stands.ours.usd_per_tb) for _, stands in found]),
    ]
    return [column for column in columns if any(column[1:])]


def period(cases: Sequence[Case]) -> str:
    """The day of the measurements, or the first and the last."""
    days = sorted({case.started_at.partition("T")[0] for case in cases})
    return " to ".join([days[0], *days[1:][-1:]])


def _commands(cases: Sequence[Case]) -> list[str]:
    """The calls that measure the same again, each once."""
    wanted: dict[tuple[str, str, str], bool] = {}
    for case in cases:
        key = (case.workload, case.scale, case.target)
        is_peer = case.engine not in NO_PEERS
        wanted[key] = wanted.get(key, False) or is_peer
    return [
        f"invoke bench --workload {workload} --scale {scale} --target {target}"
        f"{' --peers' if peers else ''}"
        for (workload, scale, target), peers in wanted.items()
    ]
