"""Which instruction sets machines have, and which of them are used for which precision."""

from __future__ import annotations

import json
import platform
from pathlib import Path

import pytest

from workloads.machine import instructions

HASWELL = "fpu sse2 fma avx f16c rdrand bmi1 avx2 bmi2"
SKYLAKE = f"{HASWELL} avx512f avx512dq avx512cd avx512bw avx512vl"
ICE_LAKE = f"{SKYLAKE} avx512_vnni avx512_bitalg"
SAPPHIRE = f"{ICE_LAKE} avx_vnni avx512_bf16 avx512_fp16 amx_bf16 amx_tile amx_int8"
ALDER_LAKE = f"{HASWELL} avx_vnni"
GENOA = f"{ICE_LAKE} avx512_bf16"
GRAVITON1 = "fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid"
GRAVITON2 = f"{GRAVITON1} atomics fphp asimdhp asimdrdm lrcpc dcpop asimddp"
GRAVITON3 = f"{GRAVITON2} sve svei8mm svebf16 i8mm bf16"
GRAVITON4 = f"{GRAVITON3} sve2 svebitperm"


@pytest.mark.parametrize(
    ("arch", "has", "float32", "bfloat16", "int8"),
    [
        ("amd64", "fpu sse2", "sse2", "sse2", "sse2"),
        ("amd64", HASWELL, "fma", "fma", "avx2"),
        ("amd64", ALDER_LAKE, "fma", "fma", "avx_vnni"),
        ("amd64", SKYLAKE, "avx512f", "avx512f", "avx512bw"),
        ("amd64", ICE_LAKE, "avx512f", "avx512f", "avx512_vnni"),
        ("amd64", GENOA, "avx512f", "avx512f", "avx512_vnni"),
        ("amd64", SAPPHIRE, "avx512f", "avx512f", "amx_int8"),
        # As hypervisors have it that leave the tiles out.
        ("amd64", SAPPHIRE.replace("amx_tile", ""), "avx512f", "avx512f", "avx512_vnni"),
        ("arm64", GRAVITON1, "asimd", "asimd", "asimd"),
        ("arm64", GRAVITON2, "asimd", "asimd", "asimddp"),
        ("arm64", GRAVITON3, "asimd", "bf16", "svei8mm"),
        ("arm64", GRAVITON4, "asimd", "bf16", "svei8mm"),
        # By SME only what ONNX Runtime turns into integers itself is multiplied.
        ("arm64", GRAVITON4 + " sme", "sme", "bf16", "svei8mm"),
        ("arm64", GRAVITON2 + " i8mm", "asimd", "asimd", "i8mm"),
        ("arm64", "", "", "", ""),
        ("riscv64", "rv64imafdc", "", "", ""),
    ],
)
def test_the_best_there_is_is_used(
    arch: str, has: str, float32: str, bfloat16: str, int8: str
) -> None:
    key = "flags" if arch == "amd64" else "Features"
    here = instructions.sets(
        f"processor\t: 0\nBogoMIPS\t: 50.0\n{key}\t\t: {has}\n\n{key}\t: none", arch
    )
    assert set(here) <= set(has.split())
    found = [
        instructions.used(here, arch, precision) for precision in ("float32", "bfloat16", "int8")
    ]
    assert found == [float32, bfloat16, int8]


def test_what_is_there_but_not_used_is_told_too() -> None:
    here = instructions.sets(f"flags : {SAPPHIRE}", "amd64")
    assert {"amx_bf16", "avx512_bf16"} <= set(here)
    assert "rdrand" not in here


def test_this_machine_is_described_as_json_has_it() -> None:
    told = json.loads(json.dumps(instructions.describe()))
    assert told == instructions.describe()
    assert list(told) == ["arch", "sets", "library", "used"]
    assert told["arch"] in ("amd64", "arm64")
    assert told["library"].startswith("onnxruntime ")
    # Every machine that the library runs on has these.
    assert {"sse2", "asimd"} & set(told["sets"])
    assert all(told["used"].values())


@pytest.mark.parametrize(
    ("machine", "has", "overflows"),
    [
        ("x86_64", SKYLAKE, True),
        ("x86_64", HASWELL, True),
        ("x86_64", ICE_LAKE, False),
        ("x86_64", SAPPHIRE, False),
        ("aarch64", GRAVITON2, False),
    ],
)
def test_int8_is_multiplied_in_another_way_where_it_would_overflow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: str, has: str, *, overflows: bool
) -> None:
    key = "flags" if machine == "x86_64" else "Features"
    (tmp_path / "cpuinfo").write_text(f"{key} : {has}\n")
    monkeypatch.setattr(instructions, "CPUINFO", tmp_path / "cpuinfo")
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert instructions.overflows() is overflows


def test_a_system_without_cpuinfo_is_described_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instructions, "CPUINFO", tmp_path / "none")
    told = instructions.describe()
    assert told["sets"] == []
    assert set(told["used"].values()) == {""}
