"""What this machine is, for the rows of a result."""

from __future__ import annotations

import math
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

import psutil

from workloads.bench.case import Machine

LIBRARIES = (
    *("ray", "pyarrow", "numpy", "numba", "pandas", "polars", "duckdb", "daft", "pyspark"),
    *("pillow", "soundfile", "soxr", "onnxruntime", "tokenizers"),
)

ARCHES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}

# On arm64 the kernel gives numbers instead of a name; these are the ones that EC2 and developers'
# machines have. Source: sys-utils/lscpu-arm.c in https://github.com/util-linux/util-linux
ARM_PARTS = {
    ("0x41", "0xd08"): "Cortex-A72 (Graviton)",
    ("0x41", "0xd0c"): "Neoverse-N1 (Graviton2)",
    ("0x41", "0xd40"): "Neoverse-V1 (Graviton3)",
    ("0x41", "0xd4f"): "Neoverse-V2 (Graviton4)",
    ("0x41", "0xd49"): "Neoverse-N2",
    ("0x41", "0xd84"): "Neoverse-V3",
    ("0xc0", "0xac3"): "Ampere-1",
}
ARM_IMPLEMENTERS = {"0x41": "Arm", "0x46": "Fujitsu", "0x48": "HiSilicon", "0x61": "Apple"}
ARM_IMPLEMENTERS |= {"0x4e": "NVIDIA", "0x51": "Qualcomm", "0x6d": "Microsoft", "0xc0": "Ampere"}


def describe() -> Machine:
    """This machine, as far as this process may use it."""
    root = Path("/")
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
    )


def arch(machine: str) -> str:
    """`amd64` or `arm64`, whatever name the operating system has for it."""
    return ARCHES.get(machine.lower(), machine.lower())


def cpu_name(root: Path) -> str:
    """The processor's name, with the EC2 instance type where there is one."""
    if sys.platform == "darwin":
        name = _output("sysctl", "-n", "machdep.cpu.brand_string")
    else:
        name = cpu_name_from(_read(root / "proc/cpuinfo"))
    name = name or platform.processor() or arch(platform.machine())
    return ", ".join([name, *instance_types(root)])


def instance_types(root: Path) -> tuple[str, ...]:
    """The EC2 instance type, on an EC2 instance, also in a container of it."""
    # Nitro puts the instance type where other makers put the name of the product.
    if _read(root / "sys/class/dmi/id/sys_vendor") != "Amazon EC2":
        return ()
    name = _read(root / "sys/class/dmi/id/product_name")
    return (name,) if name else ()


def cpu_name_from(cpuinfo: str) -> str:
    """The name that /proc/cpuinfo gives, or that its arm64 part numbers stand for; else empty."""
    lines = (line.partition(":") for line in cpuinfo.splitlines())
    # All cores list the same keys. The first one speaks for the machine.
    facts: dict[str, str] = {}
    for key, _, value in lines:
        facts.setdefault(key.strip(), value.strip())
    if facts.get("model name"):
        return facts["model name"]
    maker, part = facts.get("CPU implementer"), facts.get("CPU part")
    if maker is None or part is None:
        return ""
    return ARM_PARTS.get((maker, part), f"{ARM_IMPLEMENTERS.get(maker, maker)} part {part}")


def vcpus(root: Path) -> int:
    """The CPUs that this process may use at a time."""
    limit, _ = cgroup_limits(root)
    return min(usable_cpus(), limit or sys.maxsize)


def usable_cpus() -> int:
    """The CPUs that this process may be scheduled on."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cgroup_limits(root: Path) -> tuple[int | None, int | None]:
    """What cgroup v2 allows this process: CPUs, rounded up, and bytes of memory; None is no limit.

    A limit on a parent binds its children too, so the smallest one on the way up counts.
    """
    mount = root / "sys/fs/cgroup"
    own = [line for line in _read(root / "proc/self/cgroup").splitlines() if line[:3] == "0::"]
    folder = mount / own[0][3:].strip("/") if own else mount
    cpus, memories = [], []
    for place in (folder, *folder.parents):
        if not place.is_relative_to(mount):
            break
        quota, _, period = _read(place / "cpu.max").partition(" ")
        if quota.isdigit() and period.isdigit():
            cpus.append(max(1, math.ceil(int(quota) / int(period))))
        memory = _read(place / "memory.max")
        if memory.isdigit():
            memories.append(int(memory))
    return min(cpus, default=None), min(memories, default=None)


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
    head = _output("git", "-C", str(repository), "rev-parse", "--short=12", "HEAD")
    if not head:
        return "unknown"
    changed = _output("git", "-C", str(repository), "status", "--porcelain", "-uno")
    return f"{head}-dirty" if changed else head


def _read(path: Path) -> str:
    """A small file of the kernel's, stripped; empty when this system does not have it."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _output(*command: str) -> str:
    """What a command prints, stripped; empty when it is missing, fails or hangs."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
