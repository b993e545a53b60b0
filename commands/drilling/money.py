"""What the workers of a run cost, and what they would have cost otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cluster.planning.forecast.bill import LEAST_SECONDS
from cluster.prices.price import Prices
from commands.drilling.facts import Facts

SPOT = "spot"
HOUR = 3600.0


@dataclass(frozen=True)
class Bill:
    """Dollars for the workers from the first look to the last; None where a price is not known.

    Attributes:
        paid: as they came and went, at the price of their market.
        static: had the most that there were at once been there all the time.
        on_demand: as they came and went, had none been spot.
    """

    paid: float | None
    static: float | None
    on_demand: float | None


def bill(facts: Facts, prices: Prices) -> Bill:
    """The bill of a run.

    EC2 counts the seconds of an instance from a minute on; disks, traffic and the head are left
    out.
    """
    paid, on_demand = 0.0, 0.0
    known = True
    for one in facts.machines.values():
        end = facts.end if one.ended is None else one.ended
        hours = max(LEAST_SECONDS, end - one.asked) / HOUR
        rate = prices.hourly(one.instance_type, spot=one.market == SPOT)
        full = prices.hourly(one.instance_type, spot=False)
        known = known and rate is not None and full is not None
        paid += hours * (rate or 0.0)
        on_demand += hours * (full or 0.0)
    if not known:
        return Bill(None, None, None)
    return Bill(paid, _static(facts, prices), on_demand)


def _static(facts: Facts, prices: Prices) -> float:
    hours = (facts.end - facts.begin) / HOUR
    return sum(
        count * hours * (prices.hourly(name, spot=market == SPOT) or 0.0)
        for (name, market), count in most_at_once(facts).items()
    )


def most_at_once(facts: Facts) -> Mapping[tuple[str, str], int]:
    """How many instances of a type and market there were at once at most."""
    found: dict[tuple[str, str], int] = {}
    for kind in {(one.instance_type, one.market) for one in facts.machines.values()}:
        own = [one for one in facts.machines.values() if (one.instance_type, one.market) == kind]
        found[kind] = max(
            sum(
                other.asked <= one.asked and (other.ended is None or other.ended > one.asked)
                for other in own
            )
            for one in own
        )
    return found
