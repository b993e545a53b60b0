"""What becomes of instances: their lives, how long a boot takes, the table and the picture."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path

import matplotlib.image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.rehearsal import report
from cluster.rehearsal.events import Event
from cluster.rehearsal.picture import Words, draw, phases
from cluster.rehearsal.timeline import TIMES, lives, medians, steps
from errors import OutputError

WORDS = Words(title="ray-on-aws-spot, rehearsed", subtitle="one", caption="two; $3")


def asked(at: float, *numbers: str, **details: str) -> Event:
    known = {"instance_type": "c7i.4xlarge", "market": "spot", "zone": "us-east-1a"}
    told = {"node_type": "intel", "count": str(len(numbers)), "instances": ",".join(numbers)}
    return Event(at, "asked for", "", known | told | details)


def boot(number: str, begin: float, *took: float, **details: str) -> list[Event]:
    """An instance that runs, lets one log in and joins after so many seconds each."""
    times = [begin + sum(took[: count + 1]) for count in range(len(took))]
    steps_ = zip(times, ("running", "ssh", "joined"), strict=True)
    return [asked(begin, number, **details), *(Event(at, what, number) for at, what in steps_)]


def test_an_instance_from_beginning_to_end() -> None:
    happened = [
        *boot("i-1", 100, 2, 3, 10),
        Event(118, "up-to-date", "i-1"),
        Event(200, "notice", "i-1", {"seconds": "120"}),
        Event(202, "draining", "i-1"),
        Event(320, "ended", "i-1"),
        Event(321, "gone", "i-1"),
    ]
    (life,) = lives(happened)
    assert (life.number, life.node_type, life.arch, life.market) == (
        "i-1",
        "intel",
        "amd64",
        "spot",
    )
    assert (life.asked, life.running, life.ssh) == (100, 102, 105)
    assert (life.registered, life.set_up, life.joined) == (115, 118, 115)
    assert (life.draining, life.ended, life.gone) == (202, 320, 321)
    assert [mark.what for mark in life.marks] == ["notice"]


def test_where_ray_says_nothing_the_launcher_s_word_counts() -> None:
    (life,) = lives([asked(1, "i-1"), Event(20, "up-to-date", "i-1")])
    assert life.joined == 20


def test_one_call_makes_several_and_each_has_its_own_life() -> None:
    found = lives([asked(1, "i-1", "i-2"), Event(2, "running", "i-2"), asked(3, "i-3")])
    assert [(one.number, one.asked) for one in found] == [("i-1", 1), ("i-2", 1), ("i-3", 3)]
    assert math.isnan(found[0].running)


def test_the_first_time_counts() -> None:
    (life,) = lives([asked(1, "i-1"), *(Event(at, "ssh", "i-1") for at in (5, 50, 500))])
    assert life.ssh == 5


def test_an_instance_that_nobody_was_seen_to_ask_for() -> None:
    (life,) = lives([Event(5, "running", "i-9")])
    assert (life.number, life.arch) == ("i-9", "")
    assert math.isnan(life.asked)
    assert math.isnan(steps(life).total)


def test_steps_and_their_medians() -> None:
    found = lives(
        [
            *boot("i-1", 0, 1, 2, 10),
            *boot("i-2", 50, 3, 2, 20),
            *boot("i-3", 70, 2, 8, 15),
            asked(90, "i-4"),
        ]
    )
    assert vars(steps(found[0])) == {"running": 1, "ssh": 2, "joined": 10, "total": 13}
    assert vars(medians(found)) == {"running": 2, "ssh": 2, "joined": 15, "total": 25}
    assert all(math.isnan(value) for value in vars(medians([])).values())


EVENTS = st.lists(
    st.builds(
        Event,
        st.floats(0, 1000),
        st.sampled_from([*TIMES, "notice", "trouble"]),
        st.sampled_from(["", "i-1", "i-2"]),
    ),
    max_size=30,
)


@given(EVENTS)
def test_whatever_happened_phases_follow_upon_one_another(happened: list[Event]) -> None:
    for life in lives(happened):
        for (_, _, end), (_, begin, _) in pairwise(phases(life, 1000.0)):
            assert end <= begin
        assert all(begin < end for _, begin, end in phases(life, 1000.0))


@given(EVENTS, st.floats(0, 1000))
def test_no_event_is_missing_in_the_table(happened: list[Event], since: float) -> None:
    happened.sort(key=lambda one: one.at)
    begin = happened[0].at if happened else 0.0
    meant = [one for one in happened if one.at - begin >= since]
    counts = [
        int(details.rpartition("(")[2].split()[0]) if "times until" in details else 1
        for _, _, _, details in report.rows(happened, since)
    ]
    assert sum(counts) == len(meant)


def test_a_call_that_is_refused_again_and_again_is_one_row() -> None:
    again = {"said": "InsufficientInstanceCapacity", "action": "RunInstances", "market": "spot"}
    happened = [
        Event(100, "control plane started"),
        *(Event(105.0 + at, "refused", "", again) for at in range(4)),
        Event(110, "refused", "", again | {"market": "on-demand"}),
    ]
    assert report.rows(happened, 0)[1:] == [
        (
            "5.0",
            "refused",
            "",
            "InsufficientInstanceCapacity RunInstances spot (4 times until 8.0)",
        ),
        ("10.0", "refused", "", "InsufficientInstanceCapacity RunInstances on-demand"),
    ]


def test_refusals_in_one_zone_after_the_other_are_one_row() -> None:
    zones = ["us-east-1b", "us-east-1a", "us-east-1b"]
    told = {"said": "InsufficientInstanceCapacity", "action": "RunInstances"}
    happened = [Event(at, "refused", "", told | {"zone": zone}) for at, zone in enumerate(zones)]
    (row,) = report.rows(happened, 0)
    assert row[3] == (
        "InsufficientInstanceCapacity RunInstances us-east-1b and us-east-1a (3 times until 2.0)"
    )


def test_details_in_words() -> None:
    happened = [
        asked(0, "i-1", "i-2"),
        Event(1, "fault", "", {"kind": "slow-boot", "seconds": "30", "for_seconds": "60"}),
        Event(2, "terminated", "i-1", {"by": "this machine"}),
    ]
    assert [row[3] for row in report.rows(happened, 0)] == [
        "2 c7i.4xlarge spot us-east-1a as intel i-1 i-2",
        "slow-boot seconds 30 for-seconds 60",
        "by this machine",
    ]


def test_sentences_tell_the_workers_by_arch() -> None:
    found = lives(
        [
            *boot("i-1", 0, 1, 2, 30, node_type="head"),
            *boot("i-2", 5, 1, 2, 10),
            *boot("i-3", 5, 1, 2, 70, instance_type="r8g.2xlarge"),
            asked(90, "i-4"),
            Event(95, "terminated", "i-2"),
        ]
    )
    assert report.summary(found) == (
        "4 instance(s), 3 joined, 3 there now: 3 spot c7i.4xlarge, 1 spot r8g.2xlarge"
    )
    assert report.boots(found) == [
        "1 amd64 worker(s) joined 13.0 s after RunInstances (median): running after 1.0 s, "
        "SSH 2.0 s later, joined 10.0 s after that",
        "1 arm64 worker(s) joined 73.0 s after RunInstances (median): running after 1.0 s, "
        "SSH 2.0 s later, joined 70.0 s after that",
    ]
    assert report.summary([]) == "0 instance(s), 0 joined, 0 there now"


@given(EVENTS)
def test_all_of_it_is_json_without_what_is_no_number(happened: list[Event]) -> None:
    told = report.as_dict(happened, lives(happened))
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert len(told["events"]) == len(happened)


@pytest.mark.parametrize("count", [1, 5, 200])
def test_the_picture_grows_with_the_instances(tmp_path: Path, count: int) -> None:
    happened = [Event(0, "control plane started")]
    for number in range(count):
        happened += boot(f"i-{number:017x}", 5.0 + number, 2, 3, 10)
    happened += [Event(40, "fault", "", {"kind": "capacity"}), Event(41, "refused")]
    happened.sort(key=lambda one: one.at)
    draw(lives(happened), happened, 300.0, WORDS, tmp_path / "deep" / "one.png")
    picture = matplotlib.image.imread(tmp_path / "deep" / "one.png")
    assert picture.shape[1] == 1300
    # Something is drawn, and not all of it is background.
    assert picture[:, :, :3].std() > 0.01


def test_a_place_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    happened = boot("i-1", 0, 1, 2, 3)
    with pytest.raises(OutputError, match="name another file"):
        draw(lives(happened), happened, 10.0, WORDS, tmp_path / "file" / "one.png")
