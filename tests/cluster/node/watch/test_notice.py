"""Notices, and how long they leave."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.node.watch.metadata import Answer
from cluster.node.watch.notice import Notice, moment, notice, recommended_at
from cluster.rehearsal.metadata import iso
from errors import ServiceError

# EC2 writes four digits of a year.
SECONDS = st.integers(min_value=0, max_value=253_402_300_799)
OFFSETS = st.integers(min_value=-14 * 60, max_value=14 * 60)


def answer(text: str, at: float = 0.0) -> Answer:
    return Answer(200, text, at)


@given(SECONDS)
def test_a_time_as_ec2_writes_it(seconds: int) -> None:
    assert moment(iso(seconds)) == seconds


@given(st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(9999, 1, 1)), OFFSETS)
def test_a_time_is_the_same_in_every_zone(when: datetime, minutes: int) -> None:
    here = when.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert moment(here.isoformat()) == here.timestamp()
    assert moment(when.isoformat()) == when.replace(tzinfo=UTC).timestamp()


@given(SECONDS, st.floats(min_value=0, max_value=3e11))
def test_what_is_left_is_until_then_and_never_negative(seconds: int, now: float) -> None:
    left = Notice("terminate", iso(seconds)).seconds_left(now)
    assert left == max(0.0, seconds - now)


@given(SECONDS, st.floats(min_value=-1e9, max_value=1e9), st.integers(0, 7200))
def test_a_clock_that_is_wrong_on_both_sides_changes_nothing(
    seconds: int, wrong: float, left: int
) -> None:
    # The service's clock tells both, so that of the instance does not come into it.
    said = json.dumps({"action": "stop", "time": iso(min(seconds, 253_402_290_000) + left)})
    now = float(min(seconds, 253_402_290_000))
    assert notice(answer(said, now)).seconds_left(now) == left
    assert notice(answer(said, now + wrong)) == notice(answer(said, now))


@pytest.mark.parametrize("action", ["terminate", "stop", "hibernate"])
def test_what_is_to_become_of_the_instance(action: str) -> None:
    said = json.dumps({"action": action, "time": "2026-11-21T12:00:00Z"})
    assert notice(answer(said)) == Notice(action, "2026-11-21T12:00:00Z")


def test_hibernation_that_begins_at_once_leaves_nothing() -> None:
    assert notice(answer('{"action": "hibernate"}')).seconds_left(0.0) == 0.0


@pytest.mark.parametrize(
    "said",
    ["", "terminate", "[]", "null", "{}", '{"time": "2026-11-21T12:00:00Z"}', "<html>"],
)
def test_what_is_no_notice_is_an_error(said: str) -> None:
    with pytest.raises(ServiceError, match="the metadata service gave"):
        notice(answer(said))


@pytest.mark.parametrize("time", ['"soon"', "5", '"2026-13-01T00:00:00Z"', "null"])
def test_a_time_that_is_none_is_at_once(time: str) -> None:
    found = notice(answer(f'{{"action": "stop", "time": {time}}}'))
    assert found.action == "stop"
    assert found.seconds_left(0.0) == 0.0


@given(st.text())
def test_no_text_is_anything_but_a_notice_or_an_error(said: str) -> None:
    try:
        found = notice(answer(said))
    except ServiceError:
        return
    assert found.action


def test_a_recommendation() -> None:
    assert recommended_at(answer('{"noticeTime": "2026-11-21T12:00:00Z"}')) == (
        "2026-11-21T12:00:00Z"
    )
    with pytest.raises(ServiceError, match="notice that is none"):
        recommended_at(answer("soon"))
