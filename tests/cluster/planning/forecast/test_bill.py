"""What nodes cost: by the second, from a minute on."""

from __future__ import annotations

from typing import Any

import pytest

from cluster.node.fleet.wish import AFTER, NEVER
from cluster.planning.forecast.bill import bill, billed_seconds
from cluster.planning.forecast.fleet import Node, State
from cluster.planning.forecast.hourly import cost_per_hour, most_workers
from cluster.planning.forecast.nodes import NodeType
from cluster.prices.choose import choose
from cluster.prices.price import Prices
from tests.cluster.planning.forecast.clusters import PRICES, node_type
from tests.cluster.planning.forecast.clusters import cluster as made
from tests.cluster.planning.forecast.test_nodes import config


def node(billed: float | None, ended: float | None, kind: NodeType | None = None) -> Node:
    return Node(
        number=1,
        kind=kind or node_type(),
        state=State.TERMINATED,
        free={},
        billed=billed,
        ended=ended,
    )


@pytest.mark.parametrize(
    ("billed", "ended", "seconds"),
    [
        (10.0, 3610.0, 3600),
        (10.0, 10.5, 60),
        (0.0, 60.4, 61),
        (100.0, None, 900),
        (990.0, None, 10),
        (None, None, 0),
    ],
)
def test_seconds_are_billed_from_running_on(
    billed: float | None, ended: float | None, seconds: int
) -> None:
    assert billed_seconds(node(billed, ended), 1000.0) == seconds


def test_spot_nodes_cost_their_price_and_others_theirs() -> None:
    spot = node_type("two", spot=True)
    found = bill([node(0.0, 3600.0), node(0.0, 7200.0, spot)], 9000.0, PRICES)
    assert found.node_hours == {"one": 1.0, "two": 2.0}
    assert found.usd_on_demand == pytest.approx(3 * 0.714)
    assert found.usd_spot == pytest.approx(0.714 + 2 * 0.33)


def test_a_price_that_is_not_known_makes_the_sum_unknown() -> None:
    found = bill([node(0.0, 3600.0)], 9000.0, Prices("us-east-1", {}))
    assert (found.usd_on_demand, found.usd_spot) == (None, None)
    assert found.node_hours == {"one": 1.0}


def test_an_hour_costs_the_head_and_the_workers() -> None:
    said = config(min_workers=2, max_workers=5)
    prices = choose(["m7i.xlarge", "c7i.4xlarge"], "us-east-1")
    head = prices.hourly("m7i.xlarge", spot=False) or 0.0
    least, most = cost_per_hour(said, prices)
    assert least == pytest.approx(head + 2 * 0.714)
    assert most == pytest.approx(head + 5 * 0.714)


def test_at_its_largest_a_cluster_has_its_dearest_nodes() -> None:
    there = made(
        node_type("one", spot=True, min_workers=1, max_workers=4),
        node_type("two", max_workers=4),
        max_workers=6,
    )
    assert most_workers(there, PRICES) == {"head": 0, "one": 2, "two": 4}


def test_an_unknown_price_makes_the_hour_unknown_only_where_it_counts() -> None:
    said = config(node_config={"InstanceType": "p5.48xlarge"}, resources={"CPU": 4})
    prices = choose(["m7i.xlarge"], "us-east-1")
    least, most = cost_per_hour(said, prices)
    assert least == prices.hourly("m7i.xlarge", spot=False)
    assert most is None


@pytest.mark.parametrize(
    ("after", "spot"), [({}, False), ({AFTER: 60}, False), ({AFTER: NEVER}, True)]
)
def test_at_its_largest_a_fleet_is_of_its_dearest_type_on_demand_where_that_may_be(
    after: dict[str, Any], spot: bool
) -> None:
    types = ["r7i.2xlarge", "r7iz.2xlarge"]
    prices = choose([*types, "m7i.xlarge"], "us-east-1")
    node = {
        "InstanceType": types[0],
        "InstanceMarketOptions": {"MarketType": "spot"},
        "Fleet": {"InstanceTypes": types, **after},
    }
    least, most = cost_per_hour(config(node_config=node, min_workers=1, max_workers=3), prices)
    head = prices.hourly("m7i.xlarge", spot=False)
    cheapest, dearest = (prices.hourly(one, spot=True) for one in (types[0], types[1]))
    if not spot:
        dearest = prices.hourly(types[1], spot=False)
    assert head
    assert cheapest
    assert dearest
    assert least == pytest.approx(head + cheapest)
    assert most == pytest.approx(head + 3 * dearest)


def test_of_several_types_the_cheapest_that_is_known_counts() -> None:
    prices = choose(["r7i.2xlarge", "r7iz.2xlarge", "r6i.2xlarge"], "us-east-1")
    kind = node_type(
        instance_type="r7iz.2xlarge", alternatives=("r7i.2xlarge", "r6i.2xlarge"), spot=True
    )
    for spot in (True, False):
        least = prices.hourly("r7i.2xlarge", spot=spot)
        assert least is not None
        assert least < (prices.hourly("r7iz.2xlarge", spot=spot) or 0)
        assert kind.hourly(prices, spot=spot) == least
    found = bill([node(0.0, 3600.0, kind)], 9000.0, prices)
    assert found.usd_spot == prices.hourly("r7i.2xlarge", spot=True)
    assert node_type(instance_type="r6i.2xlarge").hourly(prices, spot=True) is None
