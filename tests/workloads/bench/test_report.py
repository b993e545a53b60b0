import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from errors import OutputError
from tests.workloads.bench.builders import (
    DUCKDB,
    MACHINE,
    case,
    sample,
    start,
    user_workload,
    warm,
)
from workloads.bench import charts
from workloads.bench.case import MB, Case
from workloads.bench.figures import grouped
from workloads.bench.report import render, write
from workloads.bench.wording import cells, instructions, machines, sentences

# Elements that HTML leaves unclosed.
VOID = {"meta", "br", "link", "img", "hr", "input"}
GENERATED = [one for one in sample() if one.workload == "text.generate"]
RESULTS = {
    "everything": sample(),
    "a user's workload, one run": user_workload(),
    "only text.generate": GENERATED,
    "one kind": warm({"ours": 860.0, "baseline": 48.0, "floor": 1450.0}, kind="mixed"),
    "some engines": warm({"ours": 1300.0, "duckdb": 260.0}),
    "ours alone": [case()],
    "cold only": [start(), case(phase="cold")],
    "start only": [start()],
    "without ours": warm({"baseline": 100.0, "floor": 1500.0}),
    "several machines": [
        case(),
        case(machine=replace(MACHINE, arch="arm64", cpu="Neoverse-V1 " * 9)),
    ],
}


class Page(HTMLParser):
    """What a test wants to know of a page; fails when its elements are not nested properly."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.rows: list[list[str]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.words.append(data)
        if self.open and self.open[-1] in {"td", "th"}:
            self.rows[-1][-1] += data

    def values(self, attribute: str) -> list[str]:
        return [value for _, name, value in self.attributes if name == attribute]


@pytest.fixture(params=RESULTS.values(), ids=list(RESULTS))
def cases(request: pytest.FixtureRequest) -> Sequence[Case]:
    found: Sequence[Case] = request.param
    return found


def test_every_case_is_in_the_table(cases: Sequence[Case]) -> None:
    rows = Page(render(cases)).rows
    for group in grouped(cases):
        for one in group.cases:
            assert list(cells(one, group)) in rows


def test_what_the_terminal_says_the_report_says_too(cases: Sequence[Case]) -> None:
    words = Page(render(cases)).words
    for group in grouped(cases):
        for sentence in sentences(group):
            assert sentence in words


def test_the_instruction_sets_are_told_with_the_machine(cases: Sequence[Case]) -> None:
    words = Page(render(cases)).words
    assert "instruction sets" in words
    assert {instructions(one) for one in machines(cases)} <= set(words)


def test_the_page_needs_nothing_but_itself(cases: Sequence[Case]) -> None:
    text = render(cases)
    page = Page(text)
    assert not {tag for tag, _, _ in page.attributes} & {"script", "link", "img", "iframe"}
    for attribute in ("src", "href", "xlink:href", "srcset", "data", "poster"):
        assert all(value.startswith("#") for value in page.values(attribute))
    assert all(target.startswith("#") for target in re.findall(r"url\(\s*['\"]?(.)", text))
    assert "@import" not in text
    assert "://" not in text


def test_ids_are_unique_and_every_reference_has_one(cases: Sequence[Case]) -> None:
    text = render(cases)
    page = Page(text)
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    wanted = re.findall(r"url\(#([^)]+)\)|href=\"#([^\"]+)\"", text)
    assert {one or other for one, other in wanted} <= set(ids)
    assert set(page.values("aria-labelledby")) <= set(ids)


def test_the_same_cases_give_the_same_bytes(cases: Sequence[Case]) -> None:
    assert render(cases) == render(cases)


def test_charts_have_their_data_as_text() -> None:
    page = Page(render(sample()))
    pictures = [tag for tag, name, value in page.attributes if (name, value) == ("role", "img")]
    labels = page.values("aria-label")
    assert pictures == ["svg"] * len(labels)
    assert len(labels) == 3 * 3 + 1
    assert any("ours 1,300.0 MB/s; ours, cold 60.0 MB/s" in label for label in labels)
    assert any("text.clean, letters: start 3.10 s, warming up 4.07 s" in label for label in labels)


def test_colours_are_left_to_the_page() -> None:
    svg = charts.throughput(grouped(sample())[0])
    assert not re.findall(r"#[0-9a-f]{6}\b(?=[;\"])", svg)
    assert "var(--ours)" in svg
    assert charts.LIGHT.keys() == charts.DARK.keys()
    assert len(set(charts.LIGHT.values())) == len(charts.LIGHT)


def test_the_headline_is_the_first_result_that_has_a_baseline() -> None:
    page = Page(render([*user_workload(), *GENERATED]))
    said = "On 2 vCPUs, ours handles 1,400 MB/s (text.generate, letters): 63.6 times the baseline"
    assert any(word.startswith(said) for word in page.words)


def test_what_comes_from_outside_is_escaped() -> None:
    name, why = "<script>x</script>&:f", replace(DUCKDB, explanation="'<b>' & \"'\"")
    page = Page(render([case(workload=name), case("duckdb", workload=name, comparison=why)]))
    assert "script" not in {tag for tag, _, _ in page.attributes}
    assert f"{name}, letters" in page.words
    assert any(f"{name}, letters" in label for label in page.values("aria-label"))


def test_commands_say_how_to_measure_it_again() -> None:
    words = "".join(Page(render(sample())).words)
    assert "invoke bench --workload text.clean --scale small --target local --peers\n" in words
    assert "invoke bench --workload text.generate --scale small --target local\n" in words
    given = Page(render(sample(), command="invoke bench --repeats 5"))
    assert "invoke bench --repeats 5" in "".join(given.words)
    assert "--workload" not in "".join(given.words)


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old", encoding="utf-8")
    write([case(bytes_in=10 * MB)], path)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert text.endswith("</html>\n")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "report.html"
    with pytest.raises(OutputError, match=r"missing/report\.html: No such file"):
        write([case()], path)
