"""Aggregation by this project's own workload."""

from __future__ import annotations

from workloads.aggregate.labels import labels as labels_of_files
from workloads.bench.case import Split
from workloads.bench.engines.ours import split


def labels(source: str, destination: str) -> Split:
    """Writes the figures of each label."""
    return split(labels_of_files(source, destination, progress=False))
