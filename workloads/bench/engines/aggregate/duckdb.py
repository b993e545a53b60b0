"""Aggregation by DuckDB."""

from __future__ import annotations

from pathlib import Path

from workloads.bench.engines.duckdb import quoted


def labels(source: str, destination: str) -> None:
    """Writes the figures of each label."""
    import duckdb

    Path(destination).mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            COPY (
                SELECT
                    label, count(*) AS rows, count(DISTINCT text) AS "distinct",
                    sum(strlen(text)) AS bytes, avg(length(text)) AS mean_length,
                    min(length(text)) AS min_length, max(length(text)) AS max_length
                FROM read_parquet('{quoted(source)}/*.parquet')
                GROUP BY label
            )
            TO '{quoted(destination)}/labels.parquet' (FORMAT parquet, COMPRESSION snappy)
            """  # noqa: S608 - COPY takes no parameters; the quotes are doubled
        )
