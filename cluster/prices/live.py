"""Prices as AWS gives them now."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from statistics import median
from typing import Any

import boto3
from botocore.config import Config

from cluster.account import explained
from cluster.prices.price import Price

PRICING_REGION = "us-east-1"  # the Pricing API answers in a few regions, for all of them
SECONDS = 3  # to connect, and to wait for an answer: there is the snapshot
SPOT_PRODUCT = "Linux/UNIX"
# Linux on shared hardware with nothing installed on it, at the price of an instance in use.
FILTERS = {
    "operatingSystem": "Linux",
    "tenancy": "Shared",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
}


def prices(
    instance_types: Iterable[str], region: str, session: Any | None = None
) -> dict[str, Price]:
    """The prices of some types, of those that AWS knows in this region.

    Spot is the median of the zones' latest prices.

    Raises:
        UsageError: there are no credentials, or AWS does not take them.
        ServiceError: they may not ask, or AWS does not answer.
    """
    session = session or boto3.Session()
    settings = Config(
        connect_timeout=SECONDS, read_timeout=SECONDS, retries={"total_max_attempts": 1}
    )
    wanted = sorted(set(instance_types))
    with explained(f"asking for prices in {region}"):
        pricing = session.client("pricing", region_name=PRICING_REGION, config=settings)
        ec2 = session.client("ec2", region_name=region, config=settings)
        on_demand = {name: _on_demand(pricing, name, region) for name in wanted}
        spot = _spot(ec2, wanted)
    source = f"AWS, {datetime.now(UTC):%Y-%m-%d}"
    return {
        name: Price(on_demand[name], spot.get(name), source)
        for name in wanted
        if on_demand[name] is not None or name in spot
    }


def _on_demand(pricing: Any, instance_type: str, region: str) -> float | None:
    """Dollars an hour on demand; None where AWS sells no such thing there."""
    chosen = {**FILTERS, "instanceType": instance_type, "regionCode": region}
    answer = pricing.get_products(
        ServiceCode="AmazonEC2",
        Filters=[
            {"Type": "TERM_MATCH", "Field": field, "Value": value}
            for field, value in chosen.items()
        ],
    )
    found = [usd for product in answer["PriceList"] for usd in _dollars(json.loads(product))]
    # Beside the price there are rows of 0 dollars, for what is reserved already.
    return max(found, default=0.0) or None


def _dollars(product: Mapping[str, Any]) -> list[float]:
    terms = product.get("terms", {}).get("OnDemand", {})
    return [
        float(dimension["pricePerUnit"]["USD"])
        for term in terms.values()
        for dimension in term["priceDimensions"].values()
        if dimension["unit"] == "Hrs" and "USD" in dimension["pricePerUnit"]
    ]


def _spot(ec2: Any, instance_types: list[str]) -> dict[str, float]:
    """The median of the zones' latest prices, by type."""
    pages = ec2.get_paginator("describe_spot_price_history").paginate(
        InstanceTypes=instance_types,
        ProductDescriptions=[SPOT_PRODUCT],
        StartTime=datetime.now(UTC),  # which gives the prices of now, one for each zone
    )
    latest: dict[tuple[str, str], tuple[datetime, float]] = {}
    for page in pages:
        for row in page["SpotPriceHistory"]:
            key = (row["InstanceType"], row["AvailabilityZone"])
            quote = (row["Timestamp"], float(row["SpotPrice"]))
            latest[key] = max(latest.get(key, quote), quote)
    by_type: dict[str, list[float]] = {}
    for (name, _), (_, usd) in latest.items():
        by_type.setdefault(name, []).append(usd)
    return {name: median(found) for name, found in by_type.items()}
