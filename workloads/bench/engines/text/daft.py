"""Text by Daft."""

from __future__ import annotations

from workloads.bench.engines.text import PATTERN


def clean(source: str, destination: str) -> None:
    """Cleans every row of the source."""
    import daft
    from daft.functions import lower, regexp_replace

    cleaned = lower(regexp_replace(daft.col("text"), PATTERN, ""))
    frame = daft.read_parquet(f"{source}/*.parquet").with_column("cleaned_text", cleaned)
    frame.write_parquet(destination, compression="snappy")
