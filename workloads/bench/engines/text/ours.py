"""Text by this project's own workload."""

from __future__ import annotations

from workloads.bench.case import Split
from workloads.bench.engines.ours import split, transform
from workloads.files import making
from workloads.text.generate import TextSpec


def generate(spec: TextSpec, destination: str) -> Split:
    """Writes the data set."""
    return split(making.generate(destination, spec, progress=False))


def clean(source: str, destination: str) -> Split:
    """Cleans every file of the source."""
    return transform(source, destination, "workloads.text:clean")
