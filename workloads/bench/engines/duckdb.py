"""DuckDB: one SQL statement."""

from __future__ import annotations


def start() -> None:
    """Loads the library."""
    import duckdb  # noqa: F401


def quoted(path: str) -> str:
    """A path as it may stand between the quotes of a statement: COPY takes no parameters."""
    return path.replace("'", "''")
