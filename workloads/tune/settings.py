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


def check(settings: Settings) -> None:
    """Raises UsageError for what cannot be tuned."""
    if unknown := sorted(set(settings.fields) - set(FIELDS)):
        raise UsageError(f"'{', '.join(unknown)}' cannot be tuned: choose {', '.join(FIELDS)}")
    made = [name for name in settings.bench.workloads if ":" not in name]
    if settings.source is not None and made:
        raise UsageError(
            f"{', '.join(made)} is tuned on the data of the benchmark: --source is for a function "
            "of yours, as module:function"
        )
    storage = settings.bench.storage
    if storage is not None and settings.source is not None and not settings.source.in_s3:
        raise UsageError(
            f"the cluster cannot read {settings.source.uri}: name a source as s3://BUCKET/FOLDER"
        )
