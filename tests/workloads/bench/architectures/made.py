"""Comparisons to test with: made up, the same every time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tests.workloads.bench.builders import MACHINE, case
from workloads.bench.architectures.findings import Findings
from workloads.bench.architectures.pool import Pool
from workloads.bench.architectures.shares import equal_dollars, equal_vcpus
from workloads.bench.case import Case, Comparison, Price

SOURCE = "us-east-1: a list"


def pool(name: str, on_demand: float | None, spot: float | None = None, **fields: object) -> Pool:
    """Two nodes of 16 vCPUs."""
    chosen: dict[str, object] = {
        "arch": "arm64" if name == "graviton" else "amd64",
        "vcpus": 32,
        "threads_per_core": 2 if name == "intel" else 1,
        "price": None if on_demand is None else Price(on_demand, spot, SOURCE),
    }
    return Pool(name=name, **{**chosen, **fields})  # type: ignore[arg-type]


INTEL = pool("intel", 1.428, 0.6, instance_type="c7i.4xlarge")
AMD = pool("amd", 1.6424, 0.8, instance_type="c7a.4xlarge")
GRAVITON = pool("graviton", 1.16, 0.5, instance_type="c7g.4xlarge")
POOLS = (INTEL, AMD, GRAVITON)
# So many that it matters little how they divide.
FILES = 4000
# What rounds differ by.
NOISE = (1.0, 0.99, 1.01, 0.995, 1.005)


def measured(
    name: str,
    vcpus: int,
    mb_per_s: float,
    *,
    noise: Sequence[float] = NOISE,
    comparison: Comparison | None = None,
    workload: str = "text.clean",
    files: int = FILES,
) -> Case:
    """What a pool did."""
    machine = replace(MACHINE, vcpus=vcpus, instance_types=())
    made = case(
        mb_per_s=[mb_per_s * one for one in noise],
        machine=machine,
        comparison=comparison,
        workload=workload,
    )
    return replace(made, subcluster=name, target="aws", storage="s3", files_in=files)


def findings(
    speeds: Mapping[str, float],
    pools: Sequence[Pool] = POOLS,
    *,
    noise: Sequence[float] = NOISE,
    workload: str = "text.clean",
    files: int = FILES,
) -> Findings:
    """Pools that do so many MB/s for each vCPU, however many they have."""
    shares = [*equal_vcpus(pools), *equal_dollars(pools)]
    each = dict.fromkeys((share.pool.name, share.vcpus) for share in shares)
    cases = [
        measured(name, vcpus, speeds[name] * vcpus, noise=noise, workload=workload, files=files)
        for name, vcpus in each
    ]
    return Findings(pools, shares, cases)
