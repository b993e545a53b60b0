"""Deduplication by this project's own workload."""

from __future__ import annotations

from workloads.bench.case import Split
from workloads.bench.engines.ours import split
from workloads.dedup.exact import exact as exact_files
from workloads.dedup.minhash import minhash as minhash_files


def exact(source: str, destination: str) -> Split:
    """Keeps the first row of each text."""
    return split(exact_files(source, destination, progress=False))


def minhash(source: str, destination: str) -> Split:
    """Keeps the first row of texts that are similar."""
    return split(minhash_files(source, destination, progress=False))
