"""The instruction sets that a CPU has for products of matrices, and those that are used for them.

ONNX Runtime does not tell what it uses: the rules here are those of its source, for version 1.32.
https://github.com/microsoft/onnxruntime/blob/main/onnxruntime/core/mlas/lib/platform.cpp
"""

from __future__ import annotations

import platform
from collections.abc import Collection
from importlib import metadata
from pathlib import Path
from typing import Any

from workloads.machine import processor

LIBRARY = "onnxruntime"
PRECISIONS = ("float32", "bfloat16", "int8")
CPUINFO = Path("/proc/cpuinfo")
# What Linux calls the list, on either arch.
KEYS = ("flags", "Features")

# What matters, by the names that Linux has for it; also what is in bfloat16 on Intel and AMD, of
# which the library uses nothing.
SETS = {
    "amd64": (
        "sse2 avx avx2 fma avx_vnni avx512f avx512bw avx512dq avx512vl avx512_vnni avx512_bf16 "
        "amx_tile amx_int8 amx_bf16"
    ),
    "arm64": "asimd asimdhp asimddp i8mm bf16 sve sve2 svei8mm svebf16 sme sme2",
}
AVX512 = "avx512f avx512bw avx512dq avx512vl"
FLOAT = {
    "amd64": {"avx512f": "avx512f", "fma": "avx2 fma", "avx": "avx", "sse2": "sse2"},
    "arm64": {"sme": "sme", "asimd": "asimd"},
}
# What is used for a precision and what it takes, the best first.
RULES = {
    "amd64": {
        "float32": FLOAT["amd64"],
        "bfloat16": FLOAT["amd64"],
        "int8": {
            "amx_int8": "amx_tile amx_int8",
            "avx512_vnni": f"avx512_vnni {AVX512}",
            "avx_vnni": "avx_vnni",
            "avx512bw": AVX512,
            "avx2": "avx2 fma",
            "sse2": "sse2",
        },
    },
    "arm64": {
        "float32": FLOAT["arm64"],
        "bfloat16": {"bf16": "bf16", **FLOAT["arm64"]},
        "int8": {
            "svei8mm": "sve svei8mm",
            "i8mm": "i8mm",
            "asimddp": "asimddp",
            "asimd": "asimd",
        },
    },
}
# By the others of amd64, products of int8 and uint8 are added up in 16 bits, which overflow.
EXACT = ("amx_int8", "avx512_vnni", "avx_vnni")


def describe() -> dict[str, Any]:
    """What this machine has and uses; as JSON has it.

    Returns:
        arch: `amd64` or `arm64`.
        sets: the instruction sets that the CPU has, of those that may matter.
        library: that multiplies, with its version.
        used: for each precision the instruction set that the library uses; empty if not known.
    """
    arch, there = processor.arch(platform.machine()), here()
    return {
        "arch": arch,
        "sets": there,
        "library": f"{LIBRARY} {metadata.version(LIBRARY)}",
        "used": used_for_each(there, arch),
    }


def here() -> list[str]:
    """The instruction sets that this machine has, of those that may matter."""
    told = CPUINFO.read_text(encoding="utf-8") if CPUINFO.exists() else ""
    return sets(told, processor.arch(platform.machine()))


def sets(cpuinfo: str, arch: str) -> list[str]:
    """The instruction sets that /proc/cpuinfo tells of, of those that may matter."""
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        if key.strip() in KEYS:
            told = set(value.split())
            return [name for name in SETS.get(arch, "").split() if name in told]
    return []


def used(there: Collection[str], arch: str, precision: str) -> str:
    """The instruction set that is used for a precision, of those there; empty if not known."""
    rules = RULES.get(arch, {}).get(precision, {})
    return next((name for name, takes in rules.items() if set(takes.split()) <= set(there)), "")


def used_for_each(there: Collection[str], arch: str) -> dict[str, str]:
    """The instruction set that is used for each precision; empty if not known."""
    return {precision: used(there, arch, precision) for precision in PRECISIONS}


def overflows() -> bool:
    """Whether int8 is to be multiplied in a slower way on this machine, to be exact."""
    arch = processor.arch(platform.machine())
    return arch == "amd64" and used(here(), arch, "int8") not in EXACT
