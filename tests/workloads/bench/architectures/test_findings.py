"""A comparison as it is shown: on the screen, as a page, and as rows."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from errors import OutputError
from tests.workloads.bench.architectures.made import (
    AMD,
    GRAVITON,
    INTEL,
    POOLS,
    findings,
    measured,
    pool,
)
from tests.workloads.bench.test_report import Page
from workloads.bench.architectures.findings import Findings
from workloads.bench.architectures.pareto import front, picture
from workloads.bench.architectures.report import render, write
from workloads.bench.architectures.shares import EQUAL_VCPUS, equal_vcpus
from workloads.bench.architectures.table import show
from workloads.bench.case import Comparison

SPEEDS = {"intel": 10.0, "amd": 11.0, "graviton": 10.0}
FOUND = findings(SPEEDS)
EMULATED = replace(GRAVITON, why_not="it is emulated")
WITHOUT_PRICES = findings(SPEEDS, [pool(name, None) for name in ("intel", "amd")])
ALL = {
    "whole": FOUND,
    "one emulated": findings(SPEEDS, [INTEL, AMD, EMULATED]),
    "one comparable": findings(SPEEDS, [INTEL, EMULATED]),
    "without prices": WITHOUT_PRICES,
    "one round": findings(SPEEDS, noise=(1.0,)),
}
POINTS = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=9)


def printed(found: Findings, width: int = 200) -> str:
    out = io.StringIO()
    show(found, Console(file=out, width=width))
    return out.getvalue()


def test_what_pools_multiply_by_is_told_where_a_model_was_measured() -> None:
    said = [one for one in findings(SPEEDS, workload="embed.sentences").remarks if "ONNX" in one]
    assert [one.partition(" (")[0] for one in said] == [
        f"{name}: ONNX Runtime multiplies by avx512f" for name in ("intel", "amd", "graviton")
    ]
    assert not [one for one in FOUND.remarks if "ONNX" in one]


def test_the_table_has_every_pool_on_every_basis() -> None:
    lines = [line.split() for line in printed(FOUND).splitlines()]
    equal = [line for line in lines if line[1:3] == ["equal", "vCPUs"]]
    dollars = [line for line in lines if line[1:3] == ["equal", "dollars"]]
    assert (
        [line[0] for line in equal] == [line[0] for line in dollars] == ["intel", "amd", "graviton"]
    )
    # vCPUs, MB/s, for a vCPU, for a core, dollars an hour, GB for a dollar, on spot, spread
    assert equal[0][3:] == ["32", "320.0", "10.0", "20.0", "1.43", "806.7", "1,920.0", "2.0"]
    assert dollars[1][3:] == ["23", "253.0", "11.0", "11.0", "1.18", "771.6", "1,584.0", "2.0"]


@pytest.mark.parametrize("name", ALL)
def test_everything_that_is_said_is_on_the_screen_and_on_the_page(name: str) -> None:
    found = ALL[name]
    text, page = printed(found), Page(render(found, command="./invoke bench --cluster x"))
    words = " ".join(" ".join(page.words).split())
    for sentence in [*found.choices, *found.remarks]:
        assert sentence in text
        assert " ".join(sentence.split()) in words
    assert "./invoke bench --cluster x" in words
    assert render(found, command="") == render(found, command="")
    assert "Measure it again" not in render(found, command="")


def test_what_is_emulated_is_marked_wherever_it_is_shown() -> None:
    found = ALL["one emulated"]
    assert "graviton (not comparable)  equal vCPUs" in printed(found)
    assert "graviton is not comparable: it is emulated." in found.remarks
    rows = [row for row in found.rows if row["subcluster"] == "graviton"]
    assert rows
    assert {(row["comparable"], row["usd_per_tb"], row["gb_per_usd"]) for row in rows} == {
        (False, None, None)
    }
    assert all(row["comparable"] for row in found.rows if row["subcluster"] != "graviton")
    (matchup,) = found.matchups
    assert "graviton" not in str(picture(matchup))


def test_rows_are_json_with_every_figure() -> None:
    rows = json.loads(json.dumps(FOUND.rows))
    assert len(rows) == 6
    amd = next(row for row in rows if (row["subcluster"], row["basis"]) == ("amd", "equal dollars"))
    assert (amd["vcpus"], amd["engine"], amd["workload"]) == (23, "ours", "text.clean")
    assert amd["vcpus_exact"] == pytest.approx(22.60, abs=0.01)
    assert amd["mb_per_s_per_vcpu"] == pytest.approx(amd["mb_per_s_per_core"]) == pytest.approx(11)
    assert amd["usd_per_tb"] == pytest.approx(1000 / amd["gb_per_usd"])
    assert amd["usd_per_tb_spot"] == pytest.approx(1000 / amd["gb_per_usd_spot"])
    assert amd["choice"] == FOUND.choices[0]
    assert len(amd["seconds_each"]) == 5


def test_whether_pools_gave_the_same_is_said() -> None:
    shares = equal_vcpus(POOLS)
    same, other = Comparison(9, 0, ""), Comparison(9, 2, "it rounds otherwise")
    ours = measured("intel", 32, 100.0)
    found = Findings(POOLS, shares, [ours, measured("amd", 32, 90.0, comparison=same)])
    assert "All pools gave the same results, as far as they were compared." in found.remarks
    found = Findings(
        POOLS, shares, [*found.cases, measured("graviton", 32, 90.0, comparison=other)]
    )
    assert (
        "graviton differs from the first pool in 2 of 9 rows of text.clean, letters: it rounds "
        "otherwise."
    ) in found.remarks
    assert not [one for one in FOUND.remarks if "same results" in one]


@settings(deadline=None)
@given(POINTS)
def test_what_is_not_on_the_front_is_beaten_by_one_that_is(points: list[tuple[int, int]]) -> None:
    best = [points[at] for at in front([(float(usd), float(rate)) for usd, rate in points])]
    assert best
    for usd, rate in points:
        beaten = [one for one in best if one[0] <= usd and one[1] >= rate and one != (usd, rate)]
        assert ((usd, rate) in best) != bool(beaten)


def test_the_picture_tells_what_it_shows_and_who_is_beaten() -> None:
    (matchup,) = FOUND.matchups
    drawn = str(picture(matchup))
    assert "Throughput against dollars of text.clean, letters" in drawn
    assert "intel 320.0 MB/s for 1.43 dollars an hour, 0.60 on spot" in drawn
    assert drawn.count("var(--ours)") > 0
    assert drawn == str(picture(matchup))
    points = [(one.usd_per_hour or 0, one.case.mb_per_s) for one in matchup.results[EQUAL_VCPUS]]
    # Intel is dearer than Graviton and no faster.
    assert front(points) == [1, 2]


@pytest.mark.parametrize("name", ["without prices", "one comparable"])
def test_without_two_prices_there_is_no_picture(name: str) -> None:
    (matchup,) = ALL[name].matchups
    assert picture(matchup) is None
    assert "<svg" not in render(ALL[name], command="")


def test_a_page_is_written_or_it_is_said_why_not(tmp_path: Path) -> None:
    write(FOUND, tmp_path / "page.html", command="")
    assert (tmp_path / "page.html").read_text() == render(FOUND, command="")
    with pytest.raises(OutputError, match="Is a directory"):
        write(FOUND, tmp_path, command="")
