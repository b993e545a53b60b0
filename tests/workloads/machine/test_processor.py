"""Processors have one name, whatever the kernel has for them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.workloads.machine.told import put
from workloads.machine import processor

NITRO = {"sys_vendor": "Amazon EC2\n", "product_name": "c7g.large\n"}


def cores(*facts: str) -> str:
    return "\n".join(f"processor\t: {core}\n" + "\n".join(facts) + "\n" for core in range(2))


@pytest.mark.parametrize(
    ("reported", "arch"),
    [("x86_64", "amd64"), ("AMD64", "amd64"), ("aarch64", "arm64"), ("arm64", "arm64")],
)
def test_arch_has_one_name(reported: str, arch: str) -> None:
    assert processor.arch(reported) == arch


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        (("vendor_id\t: GenuineIntel", "model name\t: Intel(R) Xeon(R) 6975P-C"), None),
        (("CPU implementer\t: 0x41", "CPU part\t: 0xd40"), "Neoverse-V1 (Graviton3)"),
        (("CPU implementer\t: 0x61", "CPU part\t: 0x000"), "Apple part 0x000"),
        (("CPU implementer\t: 0x99", "CPU part\t: 0x001"), "0x99 part 0x001"),
        (("BogoMIPS\t: 100.00",), ""),
    ],
)
def test_a_name_is_made_of_what_the_kernel_tells(facts: tuple[str, ...], name: str | None) -> None:
    expected = "Intel(R) Xeon(R) 6975P-C" if name is None else name
    assert processor.cpu_name_from(cores(*facts)) == expected


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="reads /proc")
def test_ec2_adds_the_instance_type(tmp_path: Path) -> None:
    put(tmp_path, "proc/cpuinfo", cores("CPU implementer\t: 0x41", "CPU part\t: 0xd40"))
    assert processor.cpu_name(tmp_path) == "Neoverse-V1 (Graviton3)"
    assert processor.instance_types(tmp_path) == ()
    for name, text in NITRO.items():
        put(tmp_path, f"sys/class/dmi/id/{name}", text)
    assert processor.cpu_name(tmp_path) == "Neoverse-V1 (Graviton3), c7g.large"
    assert processor.instance_types(tmp_path) == ("c7g.large",)


def test_a_system_that_tells_nothing_still_has_a_name(tmp_path: Path) -> None:
    assert processor.cpu_name(tmp_path)
