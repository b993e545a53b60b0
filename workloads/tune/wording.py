"""Tunings in words."""

from __future__ import annotations

from collections.abc import Mapping

KIB, MIB = 2**10, 2**20


def size(value: int) -> str:
    """`256 KB`, `4 MB`, as powers of two are said."""
    if value < MIB:
        return f"{value / KIB:,.4g} KB"
    return f"{value / MIB:,.4g} MB"


def value_of(field: str, value: int | None) -> str:
    """A value of a field, on its own."""
    if value is None:
        return "all"
    return size(value) if field in ("batch_bytes", "row_group_bytes") else str(value)


def worded(fields: Mapping[str, int | None]) -> str:
    """`4 MB batches, 32 MB row groups`; `the defaults` where there is no field."""
    words = {
        "batch_bytes": "{} batches",
        "row_group_bytes": "{} row groups",
        "cpus": "{} CPUs a task",
        "at_once": "{} at once",
    }
    said = [
        words[name].format(value_of(name, value)) for name, value in fields.items() if name in words
    ]
    return ", ".join(said) or "the defaults"
