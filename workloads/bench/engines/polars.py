"""Polars: its streaming engine, from a scan to a sink."""

from __future__ import annotations


def start() -> None:
    """Loads the library."""
    import polars  # noqa: F401
