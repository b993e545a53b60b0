"""What comes of tuning, kept and shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from commands.output import table

if TYPE_CHECKING:
    from cluster.launched import Launched
    from workloads.tune.result import Result


@dataclass(frozen=True)
class Kept:
    """A result, and the files that were written of it.

    Attributes:
        result: of a workload.
        report: with a picture beside it.
        profiles: that later jobs go by.
    """

    result: Result
    report: Path
    profiles: Sequence[Path]


def place(cluster: Launched | None, subcluster: str) -> str:
    """The folder for what is kept: of the kind of this machine, or of a cluster."""
    from commands.tuning.handing_on import place_of
    from workloads.files.profiles import here

    return place_of(cluster, subcluster) if cluster else here().place


def keep(result: Result, where: str, command: str) -> Kept:
    """Writes the profiles of a result, and a report.

    Raises:
        OutputError: they cannot be written there.
    """
    from workloads.tune import keep as profiles
    from workloads.tune import report

    written = profiles.keep(result, where, command)
    return Kept(result, report.write(result, where, command, written), written)


def show(kept: Kept) -> None:
    """Prints the curves, what they come to, and where it is kept."""
    from workloads.tune import words

    result = kept.result
    for curve in result.curves:
        print(f"{result.workload}: {words.title(curve)}")
        table(words.COLUMNS, [words.cells(step, curve.field) for step in curve.steps])
        print()
    print(words.conditions(result))
    print(words.sentence(result))
    for file in kept.profiles:
        print(f"profile: {file}")
    print(f"report: {kept.report}\n")
