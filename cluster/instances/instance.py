"""An EC2 instance type, by its name."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from cluster.instances.efa import has_efa
from cluster.instances.naming import Name, parse

Arch = Literal["amd64", "arm64"]

# Taken from the price snapshot, ec2-prices.csv, of which it holds each type once.
TYPES = Path(__file__).with_name("types.csv")


@dataclass(frozen=True, kw_only=True)
class Instance:
    """An EC2 instance type.

    Attributes:
        name: as EC2 knows it, `r8gd.2xlarge`.
        family: what stands before the dot, `r8gd`.
        arch: `amd64` or `arm64`.
        maker: of its processor: `Intel`, `AMD` or `Graviton`.
        vcpus: how many.
        memory_gib: GiB of memory.
        threads_per_core: vCPUs of a core; 1 where each vCPU is a core of its own.
        nvme: whether it has local NVMe disks.
        network: whether it is of the kind with more network bandwidth, the letter `n`.
        efa: whether an Elastic Fabric Adapter can be attached.
        derived: whether vCPUs and memory were derived from the name.
    """

    name: str
    family: str
    arch: Arch
    maker: Literal["Intel", "AMD", "Graviton"]
    vcpus: int
    memory_gib: float
    threads_per_core: int
    nvme: bool
    network: bool
    efa: bool
    derived: bool


@cache
def instance(name: str) -> Instance:
    """The instance type of this name.

    Raises:
        UsageError: this is no name of a type, or of one that nothing can be told of.
    """
    derived = derive(parse(name))
    if name not in listed():
        return derived
    vcpus, memory_gib = listed()[name]
    return replace(derived, vcpus=vcpus, memory_gib=memory_gib, derived=False)


def derive(name: Name) -> Instance:
    """What the name alone tells."""
    return Instance(
        name=name.text,
        family=name.family,
        arch="arm64" if name.maker == "Graviton" else "amd64",
        maker=name.maker,
        vcpus=name.vcpus,
        memory_gib=name.memory_gib,
        threads_per_core=name.threads_per_core,
        nvme=name.nvme,
        network="n" in name.options,
        efa=has_efa(name.family, name.size),
        derived=True,
    )


@cache
def listed() -> dict[str, tuple[int, float]]:
    """The vCPUs and GiB of the types in `types.csv`."""
    with TYPES.open(newline="") as rows:
        return {
            row["name"]: (int(row["vcpus"]), float(row["memory_gib"]))
            for row in csv.DictReader(rows)
        }
