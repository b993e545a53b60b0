"""What is to be tuned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from errors import UsageError
from workloads.bench import settings as bench
from workloads.files.places import Folder
from workloads.tune.dials import FIELDS


@dataclass(frozen=True)
class Settings:
    """What to tune, on what, and for how long.

    Attributes:
        bench: the workloads, and the data to try them on, as the benchmark has it.
        seconds: for all of it.
        fields: of tunings, those to look at; empty for all.
        source: the folder of a user's own data for a function of theirs; None for the benchmark's.
    """

    bench: bench.Settings
    seconds: float
    fields: Sequence[str] = ()
    source: Folder | None = None


def check_fields(fields: Sequence[str]) -> None:
    """Raises UsageError for what is no field of a tuning."""
    if unknown := sorted(set(fields) - set(FIELDS)):
        raise UsageError(f"'{', '.join(unknown)}' cannot be tuned: choose {', '.join(FIELDS)}")


def check_source(source: Folder | None, workloads: Sequence[str]) -> None:
    """Raises UsageError where a folder of a user's is to be read by a workload of the benchmark."""
    made = [name for name in workloads if ":" not in name]
    if source is not None and made:
        raise UsageError(
            f"{', '.join(made)} is tuned on the data of the benchmark: --source is for a function "
            "of yours, as module:function"
        )
