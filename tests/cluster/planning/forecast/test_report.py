"""The forecast in words."""

from __future__ import annotations

import pytest

from cluster.planning.forecast import report
from cluster.planning.forecast.forecast import forecast
from cluster.prices.price import Price, Prices
from tests.cluster.planning.forecast.clusters import PRICES, cluster, node_type, tasks


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.5, "0.5 s"),
        (119.0, "119 s"),
        (120.0, "2 min"),
        (373.0, "6 min 13 s"),
        (7200.0, "2 h"),
        (8940.2, "2 h 29 min"),
    ],
)
def test_times_are_told_as_people_do(seconds: float, said: str) -> None:
    assert report.duration(seconds) == said


@pytest.mark.parametrize(
    ("amount", "said"),
    [(None, "unknown"), (3.899, "$3.90"), (5492.131, "$5,492.13"), (0.0548, "$0.0548")],
)
def test_money_is_told_or_is_unknown(amount: float | None, said: str) -> None:
    assert report.dollars(amount) == said


def test_waves_say_who_waits_and_who_comes() -> None:
    asked = cluster(node_type(max_workers=3))
    found = forecast(asked, [tasks(12)], PRICES)
    assert report.rows(found) == [
        ("0 s", "12", "one", "1", "68 s"),
        ("5 s", "12", "one", "1", "73 s"),
        ("10 s", "12", "one", "1", "78 s"),
    ]


def test_sentences_say_what_comes_of_it() -> None:
    asked = cluster(node_type(max_workers=1))
    found = forecast(asked, [tasks(4), tasks(2, resources={"GPU": 1.0})], PRICES)
    assert list(report.sentences(found)) == [
        "all that can run done: 98 s after they were submitted",
        "idle nodes gone: 2 min 45 s",
        "most nodes at once: 2, with the head",
        "node-hours until then: head 0.05, one 0.04",
        "cost until then: $0.0641 on demand, $0.0641 with spot where the config has it",
        "never run: 2 of 2 tasks of 30 s, each {GPU: 1}: no node type holds {GPU: 1}: add one "
        "that does, or ask for less",
    ]


def test_what_a_fleet_may_cost() -> None:
    kind = node_type("intel", instance_type="a", alternatives=("b", "c"), spot=True)
    prices = Prices("us-east-1", {"a": Price(0.5, 0.2, "x"), "b": Price(0.7, 0.3, "x")})
    assert list(report.fleets(cluster(kind), prices)) == [
        "intel has 3 types, the cheapest of which counts in a forecast: $0.20 to $0.30 spot or "
        "$0.50 to $0.70 on demand an hour"
    ]
    assert list(report.fleets(cluster(node_type()), prices)) == []
    unknown = node_type("intel", instance_type="d", alternatives=("e",))
    (said,) = report.fleets(cluster(unknown), prices)
    assert said.endswith("counts in a forecast: unknown on demand an hour")
