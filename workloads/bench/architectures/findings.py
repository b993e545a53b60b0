"""A comparison as a whole: what was measured, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workloads.bench.architectures import sentences
from workloads.bench.architectures.figures import Matchup, Result, matchups
from workloads.bench.architectures.pool import Pool, Share
from workloads.bench.architectures.shares import remarks
from workloads.bench.case import Case
from workloads.bench.catalogue import family_name
from workloads.bench.wording import decimal, dollars, instructions, joined, speed

COLUMNS = (
    ("", "pool"),
    ("", "on"),
    ("", "vCPUs"),
    ("", "MB/s"),
    ("MB/s", "/vCPU"),
    ("MB/s", "/core"),
    ("USD", "/hour"),
    ("GB", "/USD"),
    ("spot", "GB/USD"),
    ("spread", "%"),
)
NAMES = 2  # the columns at the left that hold words


@dataclass(frozen=True)
class Findings:
    """Everything that a report shows.

    Attributes:
        pools: as they are.
        shares: what they were measured with.
        cases: as measured.
    """

    pools: Sequence[Pool]
    shares: Sequence[Share]
    cases: Sequence[Case]

    @property
    def matchups(self) -> list[Matchup]:
        """The workloads, each with what every pool did."""
        return matchups(self.cases, self.shares)

    @property
    def choices(self) -> list[str]:
        """Which pool to choose for each workload."""
        return [sentences.chosen(one) for one in self.matchups]

    @property
    def remarks(self) -> list[str]:
        """What is to be known about the pools, and how they were measured."""
        return [
            *sentences.not_comparable(self.pools),
            *sentences.cores(self.pools),
            *remarks(self.pools, self.shares),
            *[said for one in self.matchups for said in sentences.uneven(one)],
            *_differences(self.cases),
            *_instructions(self.cases),
            *_prices(self.pools),
        ]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Every figure as JSON objects, one for each workload, pool and basis."""
        return [
            {
                **result.case.as_row(),
                "basis": basis,
                "vcpus": result.share.vcpus,
                "vcpus_exact": result.share.exact,
                "comparable": result.pool.comparable,
                "why_not_comparable": result.pool.why_not or None,
                "threads_per_core": result.pool.threads_per_core,
                "mb_per_s_per_core": result.per_core,
                "gb_per_usd": result.gb_per_usd,
                "gb_per_usd_spot": result.gb_per_usd_spot,
                "choice": sentences.chosen(one),
            }
            for one in self.matchups
            for basis, results in one.results.items()
            for result in results
        ]


def cells(result: Result) -> tuple[str, ...]:
    """A result as the texts of `COLUMNS`; empty where a figure does not exist."""
    return (
        result.pool.name + ("" if result.pool.comparable else " (not comparable)"),
        result.share.basis,
        str(result.share.vcpus),
        speed(result.case.mb_per_s),
        speed(result.per_vcpu),
        speed(result.per_core),
        dollars(result.usd_per_hour),
        decimal(result.gb_per_usd),
        decimal(result.gb_per_usd_spot),
        decimal(100 * result.case.spread) if len(result.each) > 1 else "",
    )


def _differences(cases: Sequence[Case]) -> list[str]:
    """Whether pools made the same of the same data."""
    compared = [case for case in cases if case.comparison]
    differing = [case for case in compared if case.comparison and case.comparison.rows_differing]
    if not compared:
        return []
    if not differing:
        return ["All pools gave the same results, as far as they were compared."]
    return [
        f"{case.subcluster} differs from the first pool in {case.comparison.rows_differing:,} of "
        f"{case.comparison.rows_compared:,} rows of {case.workload}, {case.kind}: "
        f"{case.comparison.explanation or 'nothing explains it'}."
        for case in {(one.subcluster, one.workload, one.kind): one for one in differing}.values()
        if case.comparison
    ]


def _instructions(cases: Sequence[Case]) -> list[str]:
    """What each pool multiplies by, where that is measured: by models, which embed alone has."""
    machines = {
        case.subcluster: case.machine for case in cases if family_name(case.workload) == "embed"
    }
    return [
        f"{pool}: {said}." for pool, machine in machines.items() if (said := instructions(machine))
    ]


def _prices(pools: Sequence[Pool]) -> list[str]:
    """Where prices are from."""
    sources = dict.fromkeys(pool.price.source for pool in pools if pool.price and pool.comparable)
    return [
        f"Prices are of {source}; disks, traffic and the head node are left out."
        for source in sources
    ]


def pool_cells(pool: Pool) -> tuple[str, ...]:
    """A pool as the texts of `POOL_COLUMNS`."""
    threads = {1: "a core", 2: "half a core"}.get(pool.threads_per_core or 0, "")
    return (
        pool.name,
        pool.instance_type,
        pool.arch,
        str(pool.vcpus),
        threads,
        dollars(pool.price.on_demand if pool.price else None),
        dollars(pool.price.spot if pool.price else None),
    )


POOL_COLUMNS = ("pool", "instance type", "arch", "vCPUs", "a vCPU is", "USD/hour", "on spot")


def title(pools: Sequence[Pool]) -> str:
    """The pools by name."""
    return f"Compared: {joined([pool.name for pool in pools])}"
