"""The price of an instance type, and the prices of a region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Price:
    """What an instance of a type costs, in dollars an hour.

    Attributes:
        on_demand: its price on demand; None where it is not known.
        spot: its price on the spot market; None where it is not known.
        source: where both are from.
    """

    on_demand: float | None
    spot: float | None
    source: str

    def of(self, *, spot: bool) -> float | None:
        """The one of a spot instance, or of one on demand."""
        return self.spot if spot else self.on_demand


@dataclass(frozen=True)
class Prices:
    """The prices of some instance types in a region.

    Attributes:
        region: `us-east-1`.
        by_type: the price of each instance type of which it is known.
        notes: what there is to say about them, a sentence each.
    """

    region: str
    by_type: Mapping[str, Price]
    notes: tuple[str, ...] = field(default=())

    def hourly(self, instance_type: str, *, spot: bool) -> float | None:
        """Dollars an hour; None where that is not known, as no price is ever guessed."""
        price = self.by_type.get(instance_type)
        return price.of(spot=spot) if price else None

    @property
    def source(self) -> str:
        """Where they are from, each source once."""
        found = sorted({price.source for price in self.by_type.values()})
        return "; ".join(found) or "nowhere: none of the types has a known price"
