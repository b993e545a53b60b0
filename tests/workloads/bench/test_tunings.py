"""What is told of how our jobs were cut up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.workloads.bench.builders import case
from workloads.bench.case import Case
from workloads.bench.figures import grouped
from workloads.bench.tunings import sentence, told, worded
from workloads.files.tuning import Asked, Tuning

MIB = 2**20


def test_only_what_was_said_is_told() -> None:
    asked = {
        "a:b": Asked(Tuning(), Tuning(batch_bytes=5), "there"),
        "c:d": Asked(Tuning(cpus=2), Tuning(cpus=2), "there"),
        "e:f": Asked(Tuning(cpus=2), Tuning(cpus=2), ""),
    }
    assert told(asked) == {"a:b": {"batch_bytes": 5, "from": "there"}, "c:d": {"from": "there"}}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"batch_bytes": 4 * MIB, "row_group_bytes": 32 * MIB}, "4 MB batches, 32 MB row groups"),
        ({"at_once": 3, "batch_bytes": 256 * 1024}, "256 KB batches, 3 at once"),
        ({"at_once": None, "cpus": 2}, "2 CPUs a task, all at once"),
        ({"from": "there"}, "as by default"),
    ],
)
def test_a_tuning_in_words(fields: dict[str, object], said: str) -> None:
    assert worded(fields) == said


def with_tuning(**tuning: dict[str, Any]) -> Case:
    return replace(case(), tuning=tuning)


def test_a_sentence_says_what_and_from_where() -> None:
    first = {"batch_bytes": 4 * MIB, "from": "results/tuning/x.json"}
    second = {"from": "results/tuning/y.json"}
    [group] = grouped([with_tuning(a=first), case("floor")])
    assert sentence(group) == "ours: tuned, 4 MB batches (by results/tuning/x.json)."
    [group] = grouped([with_tuning(a=first, b=second)])
    assert sentence(group) == (
        "ours: tuned, a: 4 MB batches; b: as by default "
        "(by results/tuning/x.json, results/tuning/y.json)."
    )
    [group] = grouped([case(), case("floor")])
    assert sentence(group) == ""


def test_a_case_carries_it_through_json() -> None:
    one = with_tuning(**{"a:b": {"cpus": 2, "from": "there"}})
    assert Case.from_dict(one.to_dict()) == one
    assert one.as_row()["tuning"] == {"a:b": {"cpus": 2, "from": "there"}}
