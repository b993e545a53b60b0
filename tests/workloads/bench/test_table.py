import io
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from rich.console import Console

from tests.workloads.bench.builders import DUCKDB, MACHINE, case, sample, start, user_workload
from workloads.bench.case import MB, Case, Comparison, Price
from workloads.bench.figures import grouped
from workloads.bench.table import show
from workloads.bench.wording import cells


def printed(cases: Sequence[Case], *, width: int = 80, terminal: bool = False) -> str:
    file = io.StringIO()
    show(cases, Console(file=file, width=width, force_terminal=terminal))
    return file.getvalue()


def without_colour(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_a_pipe_gets_plain_text_with_nothing_cut() -> None:
    text = printed(sample(), width=40)
    assert "\x1b" not in text
    assert not re.search(r"[─-╿…]", text)
    assert (
        "ours, at 1,300 MB/s, is 13.0 times the baseline, 3.1 times the fastest peer (polars) "
        "and 87% of the floor.\n"
    ) in text


@pytest.mark.parametrize(
    ("width", "terminal"), [(20, False), (80, False), (80, True), (100, True), (200, True)]
)
def test_every_cell_of_every_case_is_shown(width: int, terminal: bool) -> None:
    lines = without_colour(printed(sample(), width=width, terminal=terminal)).splitlines()
    shown = [line.split() for line in lines]
    for group in grouped(sample()):
        for one in group.cases:
            assert [cell for cell in cells(one, group) if cell] in shown


@pytest.mark.parametrize("width", [80, 100])
def test_a_usual_terminal_is_wide_enough(width: int) -> None:
    lines = without_colour(printed(sample(), width=width, terminal=True)).splitlines()
    assert max(map(len, lines)) <= width


def test_columns_stand_under_their_headings() -> None:
    lines = printed(sample()).splitlines()
    below = next(line for line in lines if line.startswith("engine"))
    ends = {match.group(): match.end() for match in re.finditer(r"\S+", below)}
    ours = next(line for line in lines if re.match(r"ours +warm", line))
    for heading, figure in {"MB/s": "1,300.0", "baseline": "13.0", "floor": "86.7"}.items():
        assert ours[: ends[heading]].endswith(figure)


def test_a_start_shows_seconds_and_nothing_else() -> None:
    lines = printed([start(3.1), case()]).splitlines()
    assert ["ours", "start", "3.100"] in [line.split() for line in lines]


def test_what_differs_is_said_once_with_its_reason() -> None:
    cases = [case(), case("duckdb", "cold", comparison=DUCKDB), case("duckdb", comparison=DUCKDB)]
    text = printed(cases)
    assert text.count("duckdb differs in 132 of 65,536 rows: its lower() keeps U+0130") == 1


def test_engines_that_agree_share_a_sentence() -> None:
    text = printed(sample())
    assert "The same as ours in all 65,536 rows compared: baseline, polars and daft." in text


def test_one_run_has_no_spread() -> None:
    (group,) = grouped(user_workload())
    assert cells(group.cases[0], group)[-1] == ""
    assert "1 run each" in printed(user_workload())


def test_slower_is_said_as_plainly() -> None:
    cases = [case(mb_per_s=(96.0,)), case("baseline", mb_per_s=(100.0,))]
    assert "ours, at 96 MB/s, is 0.96 times the baseline." in printed(cases)


def test_ours_alone_says_that_nothing_is_compared() -> None:
    assert "there is nothing to compare it with" in printed([case()])


def test_what_is_near_enough_is_told_with_how_near() -> None:
    near = Comparison(289, 0, "the least cosine is 0.987")
    said = printed([case(mb_per_s=(2.0,)), case("float32", comparison=near)])
    assert "float32 is near enough to ours in all 289 rows compared: the least cosine is" in said
    assert "The same as ours" not in said


INSTRUCTIONS = (
    "ONNX Runtime multiplies by avx512f (float32, bfloat16) and avx512_vnni (int8), of avx2 "
    "avx512f avx512_vnni"
)


def test_the_machine_is_named_once() -> None:
    text = printed(sample())
    assert text.count("AMD EPYC 9R14, c7a.large, amd64, 2 vCPUs, 4.0 GiB, Linux 6.1.0") == 1
    assert "ray 2.60.0" in text
    assert "commit 0123456789ab" in text
    assert text.count(INSTRUCTIONS) == 1
    assert "1 vCPU," in printed([case(machine=replace(MACHINE, vcpus=1))])
    unknown = replace(MACHINE, cpu_sets=(), cpu_used=dict.fromkeys(MACHINE.cpu_used, ""))
    assert "ONNX Runtime" not in printed([case(machine=unknown)])


def test_names_with_brackets_are_not_taken_for_markup() -> None:
    assert "[bold]own:f" in printed([case(workload="[bold]own:f", bytes_in=10 * MB)])


def test_no_cases_print_nothing() -> None:
    assert printed([]) == ""


def test_an_engine_that_was_given_less_is_named() -> None:
    text = printed([case("baseline", bytes_in=32 * MB), case(bytes_in=256 * MB)])
    assert "256 MB of input" in text
    assert "baseline was measured on 32 MB only" in text
    assert "was measured on" not in printed(sample())
    assert "was measured on" not in printed([case("baseline"), case(bytes_in=MB)])


def test_how_the_cores_spent_their_time_is_said_where_it_is_told() -> None:
    plain = case(mb_per_s=(100.0, 100.0))
    told = tuple(
        replace(
            one, read_seconds=0.41 * times, work_seconds=0.12 * times, write_seconds=0.47 * times
        )
        for one, times in zip(plain.measurements, (1, 9), strict=True)
    )
    sentence = "ours spent its cores' time: reading 41%, the work itself 12%, writing 47%.\n"
    assert sentence in printed([replace(plain, measurements=told)])
    assert "cores' time" not in printed([plain])
    assert "cores' time" not in printed([replace(plain, engine="floor", measurements=told)])


def test_what_a_terabyte_costs_is_shown_where_that_is_known() -> None:
    # 100 MB/s are 10^12 bytes in 10,000 s.
    known = replace(case(mb_per_s=(100.0,)), price=Price(3.6, None, "us-east-1: a list"))
    slow = replace(
        case("baseline", mb_per_s=(10_000.0,)), price=Price(3.6, 0.36, "us-east-1: a list")
    )
    text = printed([start(), known, slow])
    above = next(line for line in text.splitlines() if "USD" in line)
    assert above.split()[-2:] == ["USD", "spot"]
    lines = {tuple(line.split()[:2]): line.split() for line in text.splitlines()}
    assert lines["ours", "warm"][-1] == "10.00"
    assert lines["baseline", "warm"][-2:] == ["0.10", "0.01"]
    assert text.count("(us-east-1: a list)") == 1
    assert "USD" not in printed([start(), case()])


def test_a_slow_workload_is_not_shown_as_standing_still() -> None:
    text = printed([case(mb_per_s=(0.0234,)), case("baseline", mb_per_s=(0.004,))])
    assert "ours, at 0.023 MB/s, is 5.8 times the baseline." in text.replace("5.9", "5.8")
    assert " 0.023 " in text
