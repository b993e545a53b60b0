"""What is written down of a rehearsal, and read again."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.rehearsal.events import FILE, Events, read

WORDS = st.text(max_size=30)


def test_nothing_has_happened_where_nothing_is_written_down(tmp_path: Path) -> None:
    assert list(read(tmp_path)) == []


@given(st.lists(st.tuples(WORDS, WORDS, st.dictionaries(st.sampled_from(["said", "by"]), WORDS))))
def test_what_is_written_down_is_read(
    tmp_path_factory: pytest.TempPathFactory, happened: list[tuple[str, str, dict[str, str]]]
) -> None:
    folder = tmp_path_factory.mktemp("events")
    events = Events(folder)
    for number, (what, instance, details) in enumerate(happened):
        events.add(what, instance, float(number + 1), **details)
    found = [(one.what, one.instance, one.details) for one in read(folder)]
    assert found == happened


def test_now_is_the_time_if_no_other_is_given(tmp_path: Path) -> None:
    before = time.time()
    Events(tmp_path).add("running", "i-1")
    (event,) = read(tmp_path)
    assert before <= event.at <= time.time()


def test_what_was_told_later_is_in_its_place(tmp_path: Path) -> None:
    events = Events(tmp_path)
    events.add("running", "i-1", 20.0)
    events.add("asked for", "", 10.0)
    assert [one.what for one in read(tmp_path)] == ["asked for", "running"]


def test_a_line_that_was_cut_off_is_told_and_costs_no_other(tmp_path: Path) -> None:
    Events(tmp_path).add("running", "i-1", 20.0)
    with (tmp_path / FILE).open("a") as file:
        file.write('{"at": 21.0, "wha')
    again = Events(tmp_path)
    again.add("ssh", "i-1", 22.0)
    found = list(read(tmp_path))
    assert [(one.at, one.what) for one in found] == [
        (20.0, "running"),
        (20.0, "trouble"),
        (22.0, "ssh"),
    ]
    assert '{"at": 21.0, "wha' in found[1].details["said"]


def test_threads_do_not_write_into_one_another_s_lines(tmp_path: Path) -> None:
    events = Events(tmp_path)

    def tell(name: str) -> None:
        for _ in range(50):
            events.add("trouble", name, said="x" * 5000)

    threads = [threading.Thread(target=tell, args=(f"i-{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = list(read(tmp_path))
    assert len(found) == 8 * 50
    assert {one.details["said"] for one in found} == {"x" * 5000}
