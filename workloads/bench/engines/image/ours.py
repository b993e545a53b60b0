"""Images by this project's own workload."""

from __future__ import annotations

from workloads.bench.case import Split
from workloads.bench.engines.image import SIZE
from workloads.bench.engines.ours import split
from workloads.image import Options
from workloads.image.job import make_tensors


def tensors(source: str, destination: str) -> Split:
    """Makes tensors of every image of the source."""
    return split(make_tensors(source, destination, Options(size=SIZE), progress=False))
