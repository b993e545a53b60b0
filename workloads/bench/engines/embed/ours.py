"""Sentences by this project's own workload."""

from __future__ import annotations

from workloads.bench.case import Split
from workloads.bench.engines.ours import transform


def sentences(source: str, destination: str) -> Split:
    """Makes vectors of the sentences of every file of the source."""
    return transform(source, destination, "workloads.embed:sentences")
