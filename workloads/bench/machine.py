"""What this machine is, for the rows of a result."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import psutil

from workloads.bench.case import Machine
from workloads.machine import instructions
from workloads.machine.limits import cgroup_limits, vcpus
from workloads.machine.processor import arch, cpu_name, instance_types
from workloads.machine.system import output

LIBRARIES = (
    *("ray", "pyarrow", "numpy", "numba", "pandas", "polars", "duckdb", "daft", "pyspark"),
    *("pillow", "soundfile", "soxr", "onnxruntime", "tokenizers"),
)


def describe() -> Machine:
    """This machine, as far as this process may use it."""
    root = Path("/")
    here = instructions.here()
    _, memory_limit = cgroup_limits(root)
    return Machine(
        cpu=cpu_name(root),
        arch=arch(platform.machine()),
        vcpus=vcpus(root),
        memory_bytes=min(psutil.virtual_memory().total, memory_limit or sys.maxsize),
        kernel=f"{platform.system()} {platform.release()}",
        versions=versions(),
        commit=commit(Path(__file__).resolve().parents[2], os.environ),
        instance_types=instance_types(root),
        cpu_sets=tuple(here),
        cpu_used=instructions.used_for_each(here, arch(platform.machine())),
    )


def together(machines: Sequence[Machine], vcpus: int) -> Machine:
    """The nodes of a cluster as one machine, with so many vCPUs that work may use.

    What differs between them is named side by side.
    """
    first = machines[0]
    return replace(
        first,
        cpu=_beside(one.cpu for one in machines),
        arch=_beside(one.arch for one in machines),
        kernel=_beside(one.kernel for one in machines),
        vcpus=vcpus,
        memory_bytes=sum(one.memory_bytes for one in machines),
        instance_types=tuple(sorted(name for one in machines for name in one.instance_types)),
        cpu_sets=tuple(dict.fromkeys(name for one in machines for name in one.cpu_sets)),
        cpu_used={
            precision: _beside(filter(None, (one.cpu_used[precision] for one in machines)))
            for precision in first.cpu_used
        },
    )


def _beside(values: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(values))


def versions() -> dict[str, str]:
    """Python's version and those of the libraries that are installed, in a fixed order."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def commit(repository: Path, environ: Mapping[str, str]) -> str:
    """The commit at work: of the environment, as images have no git, or of the repository."""
    if given := environ.get("RAY_ON_AWS_COMMIT"):
        return given
    # Without this, git would answer for whatever repository the folder happens to lie in.
    if not (repository / ".git").exists():
        return "unknown"
    head = output("git", "-C", str(repository), "rev-parse", "--short=12", "HEAD")
    if not head:
        return "unknown"
    changed = output("git", "-C", str(repository), "status", "--porcelain", "-uno")
    return f"{head}-dirty" if changed else head
