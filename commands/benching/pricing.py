"""What cases cost, where they were measured on EC2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cluster.prices.choose import choose
from cluster.prices.price import Prices
from workloads.bench.case import Case, Price

# Elsewhere, many nodes may be one machine, of which each is a part.
WHOLE_MACHINES = ("local", "aws")


def priced(
    cases: Sequence[Case], region: str, *, live: bool = False
) -> tuple[list[Case], tuple[str, ...]]:
    """The cases with the price of the EC2 instances they were measured on, and notes on prices.

    Cases measured elsewhere stay as they are.

    Args:
        cases: as measured.
        region: `us-east-1`.
        live: ask AWS; without it, nothing goes over the network.
    """
    wanted = {name for case in cases if _has_price(case) for name in case.machine.instance_types}
    if not wanted:
        return list(cases), ()
    prices = choose(wanted, region, live=live)
    found = [
        replace(case, price=price_of(case.machine.instance_types, prices))
        if _has_price(case)
        else case
        for case in cases
    ]
    return found, prices.notes


def price_of(instance_types: Sequence[str], prices: Prices) -> Price:
    """What instances cost together in an hour."""
    source = f"{prices.region}: {prices.source}"
    return Price(
        _sum([prices.hourly(name, spot=False) for name in instance_types]),
        _sum([prices.hourly(name, spot=True) for name in instance_types]),
        source,
    )


def _has_price(case: Case) -> bool:
    return case.target in WHOLE_MACHINES and bool(case.machine.instance_types)


def _sum(hourly: Sequence[float | None]) -> float | None:
    """The sum; None where one is not known."""
    known = [one for one in hourly if one is not None]
    return sum(known) if len(known) == len(hourly) else None
