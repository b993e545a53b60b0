from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workloads.bench.builders import (
    DUCKDB,
    MACHINE,
    SAME,
    case,
    sample,
    start,
    user_workload,
    warm,
)
from workloads.bench.case import MB, Case
from workloads.bench.figures import comparisons, figures, first_run, grouped, standing
from workloads.bench.wording import standing_sentence

SPEED = st.floats(min_value=0.1, max_value=1e5)


def test_int8_is_held_against_float32_which_is_no_peer() -> None:
    cases = warm({"ours": 25.0, "float32": 10.0}, workload="embed.sentences_int8")
    [group] = grouped(cases)
    found = standing(group)
    assert found
    assert found.times_float32 == pytest.approx(2.5)
    assert (found.fastest_peer, found.times_fastest_peer) == (None, None)
    assert standing_sentence(group) == "ours, at 25 MB/s, is 2.5 times itself in float32."


def test_groups_are_work_and_kind_in_order_of_appearance() -> None:
    titles = [group.title for group in grouped(sample())]
    assert titles == ["text.clean, letters", "text.clean, mixed", "text.generate, letters"]


def test_an_engine_keeps_its_cases_together_in_the_order_of_phases() -> None:
    cases = [case("floor"), case(), start(), case("floor", "cold"), case(phase="cold")]
    (group,) = grouped(cases)
    assert [(one.engine, one.phase) for one in group.cases] == [
        ("floor", "cold"),
        ("floor", "warm"),
        ("ours", "start"),
        ("ours", "cold"),
        ("ours", "warm"),
    ]


@pytest.mark.parametrize(
    ("other", "title"),
    [
        (case("baseline", scale="large"), "text.clean, letters, large"),
        (replace(case("baseline"), target="compose"), "text.clean, letters, compose"),
        (replace(case("baseline"), storage="disk"), "text.clean, letters, output to disk"),
        (
            case("baseline", machine=replace(MACHINE, arch="arm64", cpu="Neoverse-V1", vcpus=4)),
            "text.clean, letters, arm64, Neoverse-V1, 4 vCPUs",
        ),
    ],
)
def test_cases_measured_elsewhere_are_never_compared(other: Case, title: str) -> None:
    ours, apart = grouped([case(), other])
    assert apart.title == title
    found = standing(ours)
    assert found is not None
    assert found.times_baseline is None


def test_where_ours_stands() -> None:
    found = standing(grouped(sample())[0])
    assert found is not None
    assert found.times_baseline == pytest.approx(13.0)
    assert found.fastest_peer == "polars"
    assert found.times_fastest_peer == pytest.approx(1300 / 420)
    assert found.share_of_floor == pytest.approx(1300 / 1500)


def test_nothing_is_made_up_where_there_is_nothing_to_compare_with() -> None:
    found = standing(grouped(user_workload())[0])
    assert found is not None
    assert (found.times_baseline, found.fastest_peer, found.times_fastest_peer) == (None,) * 3
    assert found.share_of_floor == pytest.approx(730 / 1500)
    assert standing(grouped([case("floor")])[0]) is None


def test_cold_is_compared_with_cold() -> None:
    ours = case(phase="cold", mb_per_s=(60.0,))
    (group,) = grouped([ours, case("baseline"), case("baseline", "cold", mb_per_s=(30.0,))])
    assert figures(ours, group).times_baseline == pytest.approx(2.0)
    (group,) = grouped([ours, case("baseline"), case("floor")])
    assert figures(ours, group).times_baseline is None
    assert figures(ours, group).share_of_floor is None


def test_a_start_has_no_figures() -> None:
    (group,) = grouped([start(), case(), case("baseline")])
    values = vars(figures(group.cases[0], group)).values()
    assert set(values) == {None}


def test_figures_of_one_case() -> None:
    (group,) = grouped([case(mb_per_s=(100.0,), bytes_in=500 * MB)])
    found = figures(group.cases[0], group)
    assert found.mb_per_s_per_vcpu == pytest.approx(50.0)
    assert found.cpu_seconds_per_gb == pytest.approx(18.0)


@given(ours=SPEED, baseline=SPEED, floor=SPEED, peers=st.lists(SPEED, min_size=1, max_size=3))
def test_ratios_agree_with_each_other(
    ours: float, baseline: float, floor: float, peers: list[float]
) -> None:
    names = ("polars", "duckdb", "daft")
    (group,) = grouped(
        [
            case(mb_per_s=(ours,)),
            case("baseline", mb_per_s=(baseline,)),
            case("floor", mb_per_s=(floor,)),
            *[case(name, mb_per_s=(speed,)) for name, speed in zip(names, peers, strict=False)],
        ]
    )
    found = standing(group)
    assert found is not None
    assert found.times_baseline == pytest.approx(ours / baseline)
    assert found.share_of_floor == pytest.approx(ours / floor)
    assert found.times_fastest_peer == pytest.approx(ours / max(peers))
    assert found.fastest_peer in names
    for one in group.cases:
        beside = figures(one, group)
        assert beside.times_baseline == pytest.approx(one.mb_per_s / baseline)
        if one.engine in ("baseline", "floor"):
            itself = beside.times_baseline if one.engine == "baseline" else beside.share_of_floor
            assert itself == 1.0


@given(seconds=st.floats(min_value=0, max_value=100), cold=SPEED, warm=SPEED)
def test_the_parts_of_a_first_run_add_up(seconds: float, cold: float, warm: float) -> None:
    cases = [start(seconds), case(phase="cold", mb_per_s=(cold,)), case(mb_per_s=(warm,))]
    run = first_run(grouped([cases[1], cases[2], cases[0]])[0])
    assert run is not None
    assert min(run.start, run.warming, run.work) >= 0
    assert run.start + run.warming + run.work == pytest.approx(seconds + cases[1].seconds)


def test_a_first_run_needs_cold_and_warm() -> None:
    assert first_run(grouped([case(), start()])[0]) is None
    assert first_run(grouped([case(phase="cold")])[0]) is None


def test_an_engine_is_compared_once_and_only_if_it_was() -> None:
    nothing = replace(SAME, rows_compared=0)
    (group,) = grouped(
        [
            case("duckdb", "cold", comparison=DUCKDB),
            case("duckdb", comparison=DUCKDB),
            case("polars", comparison=nothing),
            case("floor"),
        ]
    )
    assert comparisons(group) == {"duckdb": DUCKDB}
