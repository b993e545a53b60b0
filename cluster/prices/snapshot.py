"""Prices of the snapshot in this folder."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

from cluster.prices.price import Price

FILE = Path(__file__).with_name("snapshot.csv")
SOURCE = "snapshot of the SkyPilot catalog, commit 00148f2a, late 2025"


@dataclass(frozen=True)
class Row:
    """A type in a zone; prices in dollars an hour."""

    instance_type: str
    region: str
    zone: str
    on_demand: float
    spot: float


@cache
def rows() -> tuple[Row, ...]:
    """All of the snapshot."""
    with FILE.open(newline="") as file:
        return tuple(
            Row(
                instance_type=row["instance_type"],
                region=row["region"],
                zone=row["availability_zone"],
                on_demand=float(row["on_demand_usd_per_hour"]),
                spot=float(row["spot_usd_per_hour"]),
            )
            for row in csv.DictReader(file)
        )


def price(instance_type: str, region: str, zone: str | None = None) -> Price | None:
    """The price of a type; None where the snapshot has none.

    Args:
        instance_type: `c7i.4xlarge`.
        region: `us-east-1`.
        zone: the id of a zone, `use1-az1`; without one, the spot price is the median of all zones.
    """
    found = [
        row
        for row in rows()
        if (row.instance_type, row.region) == (instance_type, region) and zone in (None, row.zone)
    ]
    if not found:
        return None
    spot = median(row.spot for row in found)
    return Price(median(row.on_demand for row in found), spot, SOURCE)


def regions() -> list[str]:
    """The regions of which it has prices."""
    return sorted({row.region for row in rows()})
