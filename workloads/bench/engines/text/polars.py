"""Text by Polars."""

from __future__ import annotations

from pathlib import Path

from workloads.bench.engines.text import PATTERN


def clean(source: str, destination: str) -> None:
    """Cleans every row of the source into one file."""
    import polars as pl

    cleaned = pl.col("text").str.replace_all(PATTERN, "").str.to_lowercase()
    folder = Path(destination)
    folder.mkdir(parents=True)
    pl.scan_parquet(Path(source) / "*.parquet").with_columns(cleaned_text=cleaned).sink_parquet(
        folder / "cleaned.parquet", compression="snappy", statistics=False, engine="streaming"
    )
