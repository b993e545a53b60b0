"""Deduplication by DuckDB, which has no MinHash."""

from __future__ import annotations

from pathlib import Path

from workloads.bench.engines.duckdb import quoted


def exact(source: str, destination: str) -> None:
    """Keeps any row of each text, which is faster than asking for the first one, or DISTINCT ON."""
    import duckdb

    Path(destination).mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(
            f"""
            COPY (
                SELECT first(id) AS id, text, first(label) AS label
                FROM read_parquet('{quoted(source)}/*.parquet')
                GROUP BY text
            )
            TO '{quoted(destination)}'
            (FORMAT parquet, COMPRESSION snappy, PER_THREAD_OUTPUT true, OVERWRITE_OR_IGNORE true)
            """  # noqa: S608 - COPY takes no parameters; the quotes are doubled
        )
