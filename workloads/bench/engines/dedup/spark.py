"""Deduplication by Spark.

Its MinHashLSH is left out: it compares by single hashes, any of which is to be the same, and has no
bands, so that on text it joins nearly every row with every other.
"""

from __future__ import annotations

from workloads.bench.engines.spark import session


def exact(source: str, destination: str) -> None:
    """Keeps any row of each text."""
    session().read.parquet(source).dropDuplicates(["text"]).write.parquet(destination)
