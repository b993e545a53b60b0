import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workloads.bench.builders import DUCKDB, MACHINE, case, measurement, sample, start
from workloads.bench import remote
from workloads.bench.case import MB, Case, Measurement, Price

# JSON has no other numbers.
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
RUNS = st.builds(
    Measurement, **{one.name: NUMBERS for one in fields(Measurement) if one.type == "float"}
)
CASES = st.builds(Case, measurements=st.lists(RUNS, max_size=3).map(tuple))
SPEEDS = st.lists(st.floats(min_value=0.1, max_value=1e5), min_size=1, max_size=9)


def test_speed_comes_from_the_median_run() -> None:
    result = case(mb_per_s=(50.0, 100.0, 400.0), bytes_in=200 * MB)
    assert result.seconds == pytest.approx(2.0)
    assert result.mb_per_s == pytest.approx(100.0)
    assert result.spread == pytest.approx((4.0 - 0.5) / 2.0)


def test_one_run_has_no_spread() -> None:
    assert case(mb_per_s=(123.0,)).spread == 0


def test_a_start_has_no_speed() -> None:
    assert start(2.5).mb_per_s == 0


@given(SPEEDS)
def test_speed_lies_between_the_slowest_and_the_fastest_run(speeds: list[float]) -> None:
    result = case(mb_per_s=speeds)
    assert min(speeds) * (1 - 1e-9) <= result.mb_per_s <= max(speeds) * (1 + 1e-9)
    assert result.spread >= 0


def test_memory_is_the_worst_of_the_runs_and_written_a_whole_number() -> None:
    small, large = measurement(1.0, processes=1), measurement(1.0, processes=3)
    result = case()
    object.__setattr__(result, "measurements", (small, large))
    assert result.peak_rss_bytes == large.peak_rss_bytes > small.peak_rss_bytes
    assert isinstance(result.bytes_out, int)


def test_a_row_is_json_with_every_figure() -> None:
    result = case("duckdb", mb_per_s=(99.0, 100.0, 101.0), comparison=DUCKDB)
    row = json.loads(json.dumps(result.as_row()))
    assert row["engine"] == "duckdb"
    assert row["repeats"] == len(row["seconds_each"]) == 3
    assert row["mb_per_s"] == pytest.approx(100.0)
    assert row["mb_per_s_per_vcpu"] == pytest.approx(50.0)
    assert row["cpu_seconds"] == pytest.approx(row["seconds"] * 1.8)
    assert row["peak_rss_bytes"] == result.peak_rss_bytes
    assert row["comparison"]["rows_differing"] == 132
    assert row["machine"]["versions"]["ray"] == "2.60.0"
    assert (row["arch"], row["instance_type"]) == ("amd64", "c7a.large")
    assert row["cpu_sets"] == ["avx2", "avx512f", "avx512_vnni"]
    assert row["cpu_used"]["int8"] == "avx512_vnni"
    assert row["commit"] == row["machine"].get("commit") == "0123456789ab"
    assert "measurements" not in row


def test_dollars_are_those_of_the_time_that_the_data_took() -> None:
    # 100 MB/s are 10^12 bytes in 10,000 s.
    result = replace(case(mb_per_s=(100.0,)), price=Price(0.36, None, "somewhere"))
    assert result.usd_per_tb == pytest.approx(1.0)
    assert result.usd_per_tb_spot is None
    row = json.loads(json.dumps(result.as_row()))
    assert row["usd_per_tb"] == pytest.approx(1.0)
    assert row["price"] == {"on_demand": 0.36, "spot": None, "source": "somewhere"}


def test_nobody_said_what_it_costs_and_a_start_costs_nothing_for_bytes() -> None:
    row = case().as_row()
    assert (row["usd_per_tb"], row["usd_per_tb_spot"], row["price"]) == (None, None, None)
    assert replace(start(), price=Price(1.0, 1.0, "somewhere")).usd_per_tb is None


def test_a_machine_is_of_the_types_of_its_nodes() -> None:
    assert replace(MACHINE, instance_types=()).instance_type is None
    two = replace(MACHINE, instance_types=("c7a.large", "c7a.large"))
    assert two.instance_type == "c7a.large"
    mixed = replace(MACHINE, instance_types=("c7a.large", "c7i.large"))
    assert mixed.instance_type == "c7a.large and c7i.large"


@given(st.lists(CASES, max_size=3))
def test_cases_are_the_same_at_the_other_end_of_a_line(cases: list[Case]) -> None:
    line = remote.line(cases)
    assert line.startswith("@cases [")
    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert remote.cases(line) == cases
    assert remote.cases(f"{line}\n") == cases


def test_figures_of_a_case_are_the_same_at_the_other_end() -> None:
    cases = remote.cases(remote.line(sample()))
    assert cases is not None
    assert [one.as_row() for one in cases] == [one.as_row() for one in sample()]


@pytest.mark.parametrize(
    "line", ["", "\n", "text.clean, letters, ours: run 1", " @cases []", "@case"]
)
def test_another_line_has_no_cases(line: str) -> None:
    assert remote.cases(line) is None
