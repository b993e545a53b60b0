"""Spark on this machine, a thread a core. It is not among the locked packages, and needs Java."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

# Its default, one gigabyte, is too little for the larger scales.
MEMORY = "6g"


def start() -> None:
    """Starts the machine that it runs in."""
    session()


@lru_cache(maxsize=1)
def session() -> Any:
    """The session that all work goes through."""
    from pyspark.sql import SparkSession  # type: ignore[import-not-found, unused-ignore]

    return (
        SparkSession.builder.master("local[*]")
        .config("spark.driver.memory", MEMORY)
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
