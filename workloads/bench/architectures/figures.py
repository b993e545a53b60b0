"""What pools do: the figures of each workload, by pool."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from workloads.bench.architectures.pool import Pool, Share
from workloads.bench.architectures.shares import EQUAL_DOLLARS, EQUAL_VCPUS
from workloads.bench.case import HOUR, MB, Case
from workloads.bench.figures import GB, WARM


@dataclass(frozen=True)
class Result:
    """What a share of a pool did at a workload.

    Attributes:
        share: of which pool, and how much of it.
        case: as measured; its machine has the vCPUs of the share, and its price is that of it,
            where the pool is comparable.
    """

    share: Share
    case: Case

    @property
    def pool(self) -> Pool:
        """The pool."""
        return self.share.pool

    @property
    def each(self) -> tuple[float, ...]:
        """MB/s of each round."""
        return tuple(self.case.bytes_in / MB / one.seconds for one in self.case.measurements)

    @property
    def per_vcpu(self) -> float:
        """MB/s for each vCPU."""
        return self.case.mb_per_s / self.share.vcpus

    @property
    def per_core(self) -> float | None:
        """MB/s for each core; None where it is not known how many vCPUs that is."""
        threads = self.pool.threads_per_core
        return None if threads is None else self.per_vcpu * threads

    @property
    def has_work(self) -> bool:
        """Whether there was a file for each vCPU; if not, some idled all the time."""
        return self.case.files_in >= self.share.vcpus

    @property
    def busy(self) -> float:
        """How much of the time files that are alike keep vCPUs busy: the last leave some idle."""
        turns = self.case.files_in / self.share.vcpus
        return turns / math.ceil(turns) if turns else 0.0

    @property
    def usd_per_hour(self) -> float | None:
        """What the share costs on demand."""
        return self.case.price.on_demand if self.case.price else None

    @property
    def usd_per_hour_spot(self) -> float | None:
        """What the share costs on the spot market."""
        return self.case.price.spot if self.case.price else None

    @property
    def gb_per_usd(self) -> float | None:
        """10^9 bytes of input for a dollar on demand."""
        return _for_a_dollar(self.case.mb_per_s, self.usd_per_hour)

    @property
    def gb_per_usd_spot(self) -> float | None:
        """10^9 bytes of input for a dollar of spot."""
        return _for_a_dollar(self.case.mb_per_s, self.usd_per_hour_spot)


@dataclass(frozen=True)
class Matchup:
    """A workload on one kind of data, as every pool did it.

    Attributes:
        workload: of the catalogue.
        kind: of data.
        results: by basis, in the order of the pools.
    """

    workload: str
    kind: str
    results: Mapping[str, Sequence[Result]]

    @property
    def title(self) -> str:
        """Workload and kind."""
        return f"{self.workload}, {self.kind}"

    @property
    def basis(self) -> str:
        """What pools are best compared on, of what was measured."""
        return EQUAL_DOLLARS if self.results.get(EQUAL_DOLLARS) else EQUAL_VCPUS

    @property
    def all_results(self) -> list[Result]:
        """Of every basis."""
        return [result for results in self.results.values() for result in results]


def matchups(cases: Iterable[Case], shares: Sequence[Share]) -> list[Matchup]:
    """The warm cases by workload and kind, each with every share that it is of.

    A pool that is cut alike for two bases is measured once for both.
    """
    found: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        if case.phase == WARM:
            found.setdefault((case.workload, case.kind), []).append(case)
    return [
        Matchup(workload, kind, _by_basis(members, shares))
        for (workload, kind), members in found.items()
    ]


def _by_basis(cases: Sequence[Case], shares: Sequence[Share]) -> dict[str, list[Result]]:
    measured = {(case.subcluster, case.machine.vcpus): case for case in cases}
    results: dict[str, list[Result]] = {}
    for share in shares:
        if case := measured.get((share.pool.name, share.vcpus)):
            # What is measured elsewhere than on the instance says nothing for its price.
            price = share.pool.price_of(share.vcpus) if share.pool.comparable else None
            results.setdefault(share.basis, []).append(Result(share, replace(case, price=price)))
    return results


def _for_a_dollar(mb_per_s: float, usd_per_hour: float | None) -> float | None:
    return mb_per_s * MB * HOUR / usd_per_hour / GB if usd_per_hour else None
