"""Sentences by this project's own workload."""

from __future__ import annotations

from workloads.bench.case import Split
from workloads.bench.engines.ours import split
from workloads.embed.job import make_vectors


def sentences(source: str, destination: str) -> Split:
    """Makes vectors of the sentences of every file of the source."""
    return split(make_vectors(source, destination, progress=False))


def sentences_int8(source: str, destination: str) -> Split:
    """The same in int8, for which CPUs have other instructions, such as AMX."""
    return split(make_vectors(source, destination, precision="int8", progress=False))
