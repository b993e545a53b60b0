"""The snapshot: what stands in it, and what does not."""

from __future__ import annotations

import csv
from statistics import median

import pytest

from cluster.instances import instance
from cluster.prices import snapshot


def test_a_price_stands_in_the_file() -> None:
    price = snapshot.price("c7i.4xlarge", "us-east-1")
    assert price is not None
    with snapshot.FILE.open(newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if (row["instance_type"], row["region"]) == ("c7i.4xlarge", "us-east-1")
        ]
    assert len(rows) > 1
    assert price.on_demand == 0.714
    assert price.spot == median(float(row["spot_usd_per_hour"]) for row in rows)
    assert "00148f2a" in price.source


def test_a_zone_has_a_spot_price_of_its_own() -> None:
    zones = {row.zone for row in snapshot.rows() if row.region == "ap-northeast-1"}
    prices = [snapshot.price("c6i.4xlarge", "ap-northeast-1", zone) for zone in sorted(zones)]
    spots = {price.spot for price in prices if price}
    assert {0.3617, 0.319, 0.3473} <= spots


@pytest.mark.parametrize(
    ("instance_type", "region"),
    [("p5.48xlarge", "us-east-1"), ("c7i.4xlarge", "sa-east-1"), ("", "")],
)
def test_what_is_not_in_it_has_no_price(instance_type: str, region: str) -> None:
    assert snapshot.price(instance_type, region) is None


def test_a_zone_of_another_region_has_no_price() -> None:
    assert snapshot.price("c7i.4xlarge", "us-east-1", "apne1-az1") is None


def test_its_rows_can_be_true() -> None:
    rows = snapshot.rows()
    assert len(rows) == 367
    assert len({row.instance_type for row in rows}) == 21
    assert len({(row.instance_type, row.zone) for row in rows}) == len(rows)
    assert snapshot.regions() == [
        "ap-northeast-1",
        "ap-northeast-2",
        "eu-west-1",
        "us-east-1",
        "us-west-2",
    ]
    for row in rows:
        assert 0 < row.spot < row.on_demand < 2
        assert instance(row.instance_type).vcpus > 0


def test_a_type_costs_the_same_on_demand_in_all_zones_of_a_region() -> None:
    found: dict[tuple[str, str], set[float]] = {}
    for row in snapshot.rows():
        found.setdefault((row.instance_type, row.region), set()).add(row.on_demand)
    assert {len(prices) for prices in found.values()} == {1}
