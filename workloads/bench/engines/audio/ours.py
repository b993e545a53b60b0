"""Features of audio by this project's own workload."""

from __future__ import annotations

from workloads.audio.job import make_features
from workloads.bench.case import Split
from workloads.bench.engines.ours import split


def features(source: str, destination: str) -> Split:
    """Makes features of every clip of the source."""
    return split(make_features(source, destination, progress=False))
