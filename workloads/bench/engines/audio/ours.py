"""Features of audio by this project's own workload."""

from __future__ import annotations

from workloads.bench.case import Split
from workloads.bench.engines.ours import transform


def features(source: str, destination: str) -> Split:
    """Makes features of every clip of the source."""
    return transform(source, destination, "workloads.audio:features")
