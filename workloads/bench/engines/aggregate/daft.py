"""Aggregation by Daft."""

from __future__ import annotations


def labels(source: str, destination: str) -> None:
    """Writes the figures of each label."""
    import daft
    from daft.functions import length, length_bytes

    text = daft.col("text")
    frame = daft.read_parquet(f"{source}/*.parquet").select(
        "label", text, length(text).alias("characters"), length_bytes(text).alias("size")
    )
    characters = daft.col("characters")
    figures = frame.groupby("label").agg(
        text.count("all").alias("rows"),
        text.count_distinct().alias("distinct"),
        daft.col("size").sum().alias("bytes"),
        characters.mean().alias("mean_length"),
        characters.min().alias("min_length"),
        characters.max().alias("max_length"),
    )
    figures.write_parquet(destination, compression="snappy")
