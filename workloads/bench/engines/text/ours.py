"""Text by this project's own workload."""

from __future__ import annotations

from workloads.bench.case import Split
from workloads.bench.engines.ours import split, transform
from workloads.text.generate import TextSpec
from workloads.text.generate import generate as generate_text


def generate(spec: TextSpec, destination: str) -> Split:
    """Writes the data set."""
    return split(generate_text(destination, spec, progress=False))


def clean(source: str, destination: str) -> Split:
    """Cleans every file of the source."""
    return transform(source, destination, "workloads.text:clean")
