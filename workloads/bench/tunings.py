"""How our jobs were cut up, in words: by default, or as `./invoke tune` has found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workloads.bench.figures import OURS, WARM, Group
from workloads.files.tuning import FROM, Asked

KIB, MIB = 2**10, 2**20
FIELDS = {
    "batch_bytes": "{} batches",
    "row_group_bytes": "{} row groups",
    "cpus": "{} CPUs a task",
    "at_once": "{} at once",
}


def told(asked: Mapping[str, Asked]) -> dict[str, dict[str, Any]]:
    """For each function with a tuning, what is not as by default, and where that is from."""
    return {
        function: {**one.tuning.beside(one.default), FROM: one.source}
        for function, one in asked.items()
        if one.source
    }


def sentence(group: Group) -> str:
    """What our jobs went by; empty where that was the defaults, as nothing says otherwise."""
    case = group.find(OURS, WARM)
    if case is None or not case.tuning:
        return ""
    said = {function: worded(fields) for function, fields in case.tuning.items()}
    parts = [f"{name}: {words}" for name, words in said.items()]
    if len(said) == 1:
        parts = list(said.values())
    sources = ", ".join(dict.fromkeys(str(one[FROM]) for one in case.tuning.values()))
    return f"ours: tuned, {'; '.join(parts)} (by {sources})."


def worded(fields: Mapping[str, Any]) -> str:
    """`4 MB batches, 32 MB row groups`; `as by default` where no field says otherwise."""
    said = [FIELDS[name].format(value_of(name, fields[name])) for name in FIELDS if name in fields]
    return ", ".join(said) or "as by default"


def value_of(field: str, value: int | None) -> str:
    """A value of a field, on its own."""
    if value is None:
        return "all"
    return size(value) if field in ("batch_bytes", "row_group_bytes") else str(value)


def size(value: int) -> str:
    """`256 KB`, `4 MB`: in powers of two."""
    return f"{value / KIB:,.4g} KB" if value < MIB else f"{value / MIB:,.4g} MB"
