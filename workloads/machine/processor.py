"""A processor's name and arch, and the type of EC2's instances that it is of."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from workloads.machine.system import output, read

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


def arch(machine: str) -> str:
    """`amd64` or `arm64`, whatever name the operating system has for it."""
    return ARCHES.get(machine.lower(), machine.lower())


def cpu_name(root: Path) -> str:
    """The processor's name, with the EC2 instance type where there is one."""
    if sys.platform == "darwin":
        name = output("sysctl", "-n", "machdep.cpu.brand_string")
    else:
        name = cpu_name_from(read(root / "proc/cpuinfo"))
    name = name or platform.processor() or arch(platform.machine())
    return ", ".join([name, *instance_types(root)])


def instance_types(root: Path) -> tuple[str, ...]:
    """The EC2 instance type, on an EC2 instance, also in a container of it."""
    # Nitro puts the instance type where other makers put the name of the product.
    if read(root / "sys/class/dmi/id/sys_vendor") != "Amazon EC2":
        return ()
    name = read(root / "sys/class/dmi/id/product_name")
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
