"""Aggregation by Spark."""

from __future__ import annotations

from workloads.bench.engines.spark import session


def labels(source: str, destination: str) -> None:
    """Writes the figures of each label."""
    from pyspark.sql import functions  # type: ignore[import-not-found, unused-ignore]

    text = functions.col("text")
    length = functions.length(text)
    figures = (
        session()
        .read.parquet(source)
        .groupBy("label")
        .agg(
            functions.count("*").alias("rows"),
            functions.count_distinct(text).alias("distinct"),
            functions.sum(functions.octet_length(text)).alias("bytes"),
            functions.avg(length).alias("mean_length"),
            functions.min(length).alias("min_length"),
            functions.max(length).alias("max_length"),
        )
    )
    figures.write.parquet(destination)
