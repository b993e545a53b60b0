"""`./invoke bench --cluster architectures`: the pools of a cluster compared by the same work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cluster.launched import Launched
from cluster.nodes import nodes
from cluster.reach import reached
from commands.benching.pools import pools_of, seen
from commands.benching.there import cases_of
from commands.long import Tell
from workloads.bench import remote
from workloads.bench.architectures.findings import Findings
from workloads.bench.architectures.pool import Pool, Share
from workloads.bench.architectures.shares import equal_dollars, equal_vcpus
from workloads.bench.figures import OURS
from workloads.bench.settings import Settings

PROGRAM = "workloads.bench.architectures"
# As few as may decide something; see workloads.bench.architectures.choice.
ROUNDS = 5


def compare(
    settings: Settings, launched: Launched, tell: Tell, *, region: str, live: bool
) -> tuple[Findings, tuple[str, ...]]:
    """Measures `ours` on each pool, in a job there; and what there is to say about prices.

    Args:
        settings: what; without repeats there are as many rounds as are needed.
        launched: the cluster.
        tell: is given a line now and then on what is being done.
        region: of the prices.
        live: ask AWS for them.

    Raises:
        UsageError: it has fewer than two pools.
        ServiceError: the cluster does not answer, or the job failed.
    """
    chosen = replace(settings, engines=[OURS], repeats=settings.repeats or ROUNDS)
    with reached(launched) as near:
        pools, notes = pools_of(launched, nodes(near), region=region, live=live)
        shares = [*equal_vcpus(pools), *equal_dollars(pools)]
        arguments = [*remote.arguments(chosen), *limits(shares)]
        cases = cases_of(PROGRAM, arguments, chosen.workloads, near, tell)
    found = seen(pools, cases)
    return Findings(found, _of(shares, found), cases), notes


def limits(shares: Sequence[Share]) -> list[str]:
    """The pools, and how many CPUs of each, as the program takes them."""
    found: dict[str, list[str]] = {}
    for share in shares:
        numbers = found.setdefault(share.pool.name, [])
        if str(share.vcpus) not in numbers:
            numbers.append(str(share.vcpus))
    return [f"{name}={','.join(numbers)}" for name, numbers in found.items()]


def _of(shares: Sequence[Share], pools: Sequence[Pool]) -> list[Share]:
    """The shares of pools that are now known better."""
    by_name = {pool.name: pool for pool in pools}
    return [replace(share, pool=by_name[share.pool.name]) for share in shares]
