"""Pools of nodes, and what they are measured with."""

from __future__ import annotations

from dataclasses import dataclass

from workloads.bench.case import Price


@dataclass(frozen=True, kw_only=True)
class Pool:
    """The nodes of a subcluster.

    Attributes:
        name: their label `ray-subcluster`.
        arch: `amd64` or `arm64`.
        vcpus: of all its nodes together.
        instance_type: EC2's name; empty where that is not known, or they are of several.
        threads_per_core: vCPUs of a core; None where that is not known.
        price: of all its nodes together; None where that is not known.
        why_not: why its figures are not those of what it is named after, as it is emulated for
            instance; empty where they are.
    """

    name: str
    arch: str
    vcpus: int
    instance_type: str = ""
    threads_per_core: int | None = None
    price: Price | None = None
    why_not: str = ""

    @property
    def comparable(self) -> bool:
        """Whether it may be compared with others."""
        return not self.why_not

    @property
    def on_demand(self) -> float | None:
        """Dollars an hour of all its nodes."""
        return self.price.on_demand if self.price else None

    def price_of(self, vcpus: int) -> Price | None:
        """What so many of its vCPUs cost: their share of the whole."""
        if self.price is None:
            return None
        share = vcpus / self.vcpus
        on_demand, spot = self.price.on_demand, self.price.spot
        return Price(
            None if on_demand is None else on_demand * share,
            None if spot is None else spot * share,
            self.price.source,
        )


@dataclass(frozen=True)
class Share:
    """What a pool is measured with.

    Attributes:
        pool: which.
        basis: what it has in common with the shares of the other pools.
        vcpus: how many tasks of one CPU are under way at a time.
        exact: how many it would be, could a vCPU be cut.
    """

    pool: Pool
    basis: str
    vcpus: int
    exact: float

    @property
    def off(self) -> float:
        """How much more it is than it should be, as a share of that; less where negative."""
        return self.vcpus / self.exact - 1
