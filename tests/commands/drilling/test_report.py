"""A drill's report, picture and JSON."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.drilling import picture, report
from commands.drilling.outcome import NAMES, Check, Outcome
from errors import OutputError
from tests.commands.drilling.facts import attempt, count, facts, machine, mark, node

RUN = facts(
    nodes=[node("a", draining=12, left=20), node("b")],
    machines=[machine("a", ended=21), machine("b")],
    attempts=[attempt(0, "a", 2, 12), attempt(1, "a", 3), attempt(2, "elsewhere", 3)],
    marks=[mark("notice", 10, "a")],
    counts=[count(1, 2), count(20, 1)],
)


def outcome(*, holds: bool) -> Outcome:
    check = Check(what="a thing", target="<= 3 s", seen="2.0 s", holds=holds)
    return Outcome(
        drill="a-drill", checks=[check], figures={"tasks": 4, "x_s": 2.0}, runs=[RUN], notes=["so"]
    )


def test_the_report_says_what_was_looked_at_and_the_json_all_of_it(tmp_path: Path) -> None:
    file = report.write(outcome(holds=False), "does this", "to see that", "here", tmp_path / "new")
    text = file.read_text()
    assert text.startswith("# Drill a-drill: the verdict fails: a thing\n")
    assert "| a thing | <= 3 s | 2.0 s | FAILS |" in text
    told = json.loads((tmp_path / "new" / "a-drill.json").read_text())
    assert {"drill", "verdict", *NAMES} <= told.keys()
    assert (told["drill"], told["verdict"], told["tasks"]) == ("a-drill", "fails", 4)
    assert told["lost_task_seconds"] is None
    assert told["runs"][0]["attempts"][1]["ended"] is None


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot write to"):
        report.write(outcome(holds=True), "", "", "", tmp_path / "file")
    with pytest.raises(OutputError, match="cannot write"):
        picture.draw("one", "two", [RUN], tmp_path / "file" / "picture.png")


def test_the_picture_is_drawn_also_of_a_run_in_which_nothing_was(tmp_path: Path) -> None:
    file = tmp_path / "new" / "picture.png"
    picture.draw("one", "two", [RUN, facts()], file)
    assert file.read_bytes().startswith(b"\x89PNG")


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20) | st.none()), max_size=30))
def test_no_two_attempts_share_a_lane_at_a_time(times: list[tuple[int, int | None]]) -> None:
    attempts = [
        attempt(at, "a", start, None if took is None else start + took)
        for at, (start, took) in enumerate(times)
    ]
    end = facts().end
    laid = picture.lanes(attempts, end)
    assert len(laid) == len(attempts)
    for lane in {lane for lane, _ in laid}:
        own = [one for at, one in laid if at == lane]
        for before, after in pairwise(own):
            assert (end if before.ended is None else before.ended) <= after.started


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["refused", "asked", "back"]))))
def test_above_marks_each_word_stands_once_and_lines_keep_apart(
    told: list[tuple[int, str]],
) -> None:
    marks = [mark(what, at) for at, what in told]
    found = picture.captions(marks, 8.0)
    words = [one for _, line in found for one in line.split(", ")]
    assert sorted(words) == sorted({one.what for one in marks})
    assert all(after - before >= 8 for (before, _), (after, _) in pairwise(found))
    assert {at for at, _ in found} <= {one.at for one in marks}
