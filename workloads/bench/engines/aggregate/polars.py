"""Aggregation by Polars."""

from __future__ import annotations

from pathlib import Path


def labels(source: str, destination: str) -> None:
    """Writes the figures of each label."""
    import polars as pl

    text = pl.col("text")
    length = text.str.len_chars()
    folder = Path(destination)
    folder.mkdir(parents=True)
    figures = {
        "rows": pl.len(),
        "distinct": text.n_unique(),
        "bytes": text.str.len_bytes().cast(pl.Int64).sum(),
        "mean_length": length.mean(),
        "min_length": length.min(),
        "max_length": length.max(),
    }
    pl.scan_parquet(Path(source) / "*.parquet").group_by("label").agg(**figures).sink_parquet(
        folder / "labels.parquet", compression="snappy", engine="streaming"
    )
