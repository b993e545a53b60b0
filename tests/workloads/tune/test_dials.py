"""The dials: which steps there are, and what they say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.files.tuning import Tuning
from workloads.tune.dials import FIELDS, Dial, Place, dials, tunings

MIB = 2**20
FUNCTION = "module:function"
LARGE = Place(vcpus=16, node_vcpus=8, files=100, file_bytes=1000 * MIB, written_bytes=2000 * MIB)


def values(field: str, default: Tuning, place: Place = LARGE) -> list[int | None]:
    found = [one for one in dials({FUNCTION: default}, place, ()) if one.field == field]
    return list(found[0].values) if found else []


def test_sizes_are_steps_of_two_around_the_default() -> None:
    default = Tuning()
    assert values("batch_bytes", default) == [MIB * 2 * 2**power // 8 for power in range(7)]
    assert values("row_group_bytes", default) == [8 * MIB, 16 * MIB, 32 * MIB, 64 * MIB, 128 * MIB]


def test_what_is_larger_than_a_file_is_not_tried() -> None:
    small = replace(LARGE, file_bytes=3 * MIB, written_bytes=20 * MIB)
    assert values("batch_bytes", Tuning(), small) == [MIB // 4, MIB // 2, MIB, 2 * MIB]
    assert values("row_group_bytes", Tuning(), small) == [8 * MIB, 16 * MIB, 64 * MIB]
    tiny = replace(LARGE, file_bytes=1000, written_bytes=1000)
    assert dials({FUNCTION: Tuning()}, tiny, ["batch_bytes", "row_group_bytes"]) == []


@pytest.mark.parametrize(
    ("vcpus", "files", "expected"),
    [
        (1, 100, []),
        (2, 100, [1, None]),
        (4, 100, [1, 2, 3, None]),
        (16, 100, [4, 8, 12, None]),
        (16, 8, [2, 4, 6, None]),
    ],
)
def test_tasks_at_once_are_parts_of_what_there_is_room_for(
    vcpus: int, files: int, expected: list[int | None]
) -> None:
    place = replace(LARGE, vcpus=vcpus, files=files)
    assert values("at_once", Tuning(), place) == expected


def test_cpus_are_tried_where_a_task_takes_several() -> None:
    assert values("cpus", Tuning()) == []
    assert values("cpus", Tuning(cpus=2)) == [1, 2, 4, 8]
    assert values("cpus", Tuning(cpus=6), replace(LARGE, node_vcpus=12)) == [1, 2, 4, 6, 8, 12]
    assert values("at_once", Tuning(cpus=4)) == [1, 2, 3, None]


tuning = st.builds(
    Tuning,
    batch_bytes=st.integers(1, 2**31),
    row_group_bytes=st.integers(1, 2**31),
    cpus=st.integers(1, 64),
    at_once=st.none() | st.integers(1, 64),
)
places = st.builds(
    Place,
    vcpus=st.integers(1, 256),
    node_vcpus=st.integers(1, 64),
    files=st.integers(1, 1000),
    file_bytes=st.integers(0, 2**32),
    written_bytes=st.integers(0, 2**32),
)


@given(st.dictionaries(st.text(min_size=1), tuning, max_size=3), places)
def test_the_defaults_are_a_step_of_every_dial_and_say_nothing(
    defaults: dict[str, Tuning], place: Place
) -> None:
    found = dials(defaults, place, ())
    for dial in found:
        assert dial.values[dial.start] == getattr(defaults[dial.function], dial.field)
        assert len(set(dial.values)) == len(dial.values) > 1
    assert tunings(found, tuple(dial.start for dial in found), defaults) == {}


def test_a_point_says_what_is_not_as_by_default() -> None:
    defaults = {"a:b": Tuning(), "c:d": Tuning(cpus=2)}
    turned = [Dial("a:b", "at_once", (1, None), 1), Dial("c:d", "cpus", (1, 2, 4), 1)]
    assert tunings(turned, (0, 1), defaults) == {"a:b": {"at_once": 1}}
    assert tunings(turned, (1, 2), defaults) == {"c:d": {"cpus": 4}}


def test_only_what_is_wanted_is_turned_and_in_a_fixed_order() -> None:
    found = dials({FUNCTION: Tuning(cpus=2)}, LARGE, ())
    assert [one.field for one in found] == list(FIELDS)
    assert [one.field for one in dials({FUNCTION: Tuning(cpus=2)}, LARGE, ["cpus"])] == ["cpus"]
