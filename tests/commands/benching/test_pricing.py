"""What cases cost: only what is known, and only where a whole machine was measured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cluster.prices.price import Price as Hourly
from cluster.prices.price import Prices
from commands.benching.pricing import price_of, priced
from tests.workloads.bench.builders import MACHINE, case
from workloads.bench.case import Case

TYPE = "c7a.4xlarge"


def on(*types: str, target: str = "aws") -> Case:
    return replace(case(machine=replace(MACHINE, instance_types=types)), target=target)


def test_a_case_costs_what_its_nodes_cost_together() -> None:
    ((one,), notes), ((two,), _) = (
        priced([on(*types)], "us-east-1") for types in ([TYPE], [TYPE] * 2)
    )
    assert notes == ()
    assert one.price is not None
    assert two.price is not None
    assert one.price.on_demand is not None
    assert one.price.spot is not None
    assert 0 < one.price.spot < one.price.on_demand
    assert two.price.on_demand == pytest.approx(2 * one.price.on_demand)
    assert one.price.source.startswith("us-east-1: snapshot")
    assert one.usd_per_tb is not None


def test_no_price_is_guessed() -> None:
    prices = Prices("here", {TYPE: Hourly(0.8, None, "a list")})
    assert price_of([TYPE, TYPE], prices).on_demand == 1.6
    assert price_of([TYPE, TYPE], prices).spot is None
    assert price_of([TYPE, "c9z.large"], prices).on_demand is None
    (found,), (note,) = priced([on("c8g.large")], "us-east-1")
    assert found.usd_per_tb is None
    assert note.startswith("no price is known of c8g.large in us-east-1")


@pytest.mark.parametrize("target", ["compose", "rehearsal"])
def test_a_part_of_a_machine_has_no_price(target: str) -> None:
    cases = [on(TYPE, target=target)]
    assert priced(cases, "us-east-1") == (cases, ())


def test_a_machine_that_is_not_on_ec2_has_no_price() -> None:
    cases = [on(target="local")]
    assert priced(cases, "us-east-1") == (cases, ())
    assert priced([], "us-east-1") == ([], ())
