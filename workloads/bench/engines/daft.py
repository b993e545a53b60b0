"""Daft: its native runner on this machine."""

from __future__ import annotations

from workloads.bench.engines import PATTERN


def start() -> None:
    """Loads the library and chooses the runner."""
    import daft

    daft.set_runner_native()


def clean(source: str, destination: str) -> None:
    """Cleans every row of the source."""
    import daft
    from daft.functions import lower, regexp_replace

    cleaned = lower(regexp_replace(daft.col("text"), PATTERN, ""))
    frame = daft.read_parquet(f"{source}/*.parquet").with_column("cleaned_text", cleaned)
    frame.write_parquet(destination, compression="snappy")
