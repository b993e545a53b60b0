"""Text by DuckDB: a file for each thread, order given up for speed."""

from __future__ import annotations

from pathlib import Path

from workloads.bench.engines.duckdb import quoted
from workloads.bench.engines.text import PATTERN


def clean(source: str, destination: str) -> None:
    """Cleans every row of the source."""
    import duckdb

    Path(destination).mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(
            f"""
            COPY (
                SELECT *, lower(regexp_replace(text, '{PATTERN}', '', 'g')) AS cleaned_text
                FROM read_parquet('{quoted(source)}/*.parquet')
            )
            TO '{quoted(destination)}'
            (FORMAT parquet, COMPRESSION snappy, PER_THREAD_OUTPUT true, OVERWRITE_OR_IGNORE true)
            """  # noqa: S608 - COPY takes no parameters; the quotes are doubled
        )
