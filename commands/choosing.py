"""What is to be measured and where, from what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from errors import UsageError

if TYPE_CHECKING:
    from cluster.launched import Launched

LOCAL = "local"
ALL_NODES = "all"


def size(number: int, scale: str) -> tuple[int, str]:
    """How many bytes of data, and what to call that; a number that is not 0 comes first.

    Raises:
        UsageError: it is negative, or there is no such scale.
    """
    from workloads.files.making import bytes_of

    if number < 0:
        raise UsageError("--bytes cannot be negative")
    return (number, f"{number} bytes") if number else (bytes_of(scale), scale)


def place(target: str, subcluster: str, output: str) -> Launched | None:
    """The cluster to measure on; None for this process.

    Raises:
        UsageError: none of that target is launched, or an option is of the other place.
    """
    launched = cluster(target)
    if launched is None and subcluster:
        raise UsageError("--subcluster is of a cluster, and this is target local")
    if launched is not None and output:
        raise UsageError("--output is of target local: a cluster writes to its S3")
    return launched


def cluster(target: str) -> Launched | None:
    """The cluster to measure on; None for this process.

    Raises:
        UsageError: none of that target is launched.
    """
    from commands import state

    if target == LOCAL:
        return None
    return state.launched(target) if target else state.recalled()


def settings_of(launched: Launched, subcluster: str) -> dict[str, Any]:
    """The settings of a benchmark that say where."""
    from workloads.files.places import Folder

    wanted = subcluster or launched.measured
    return {
        "target": launched.target,
        "storage": Folder.of(f"{launched.storage}/bench"),
        "subcluster": "" if wanted == ALL_NODES else wanted,
    }


def workloads(wanted: str) -> list[str]:
    """The workloads that names by commas stand for; functions of a user's are there.

    Raises:
        UsageError: there is no such workload or function.
        FunctionError: its module cannot be imported.
    """
    from workloads.bench.catalogue import named
    from workloads.files.functions import Function

    found = named(wanted)
    for name in found:
        if ":" in name:
            Function(name).load()
    return found


def kinds(wanted: str, of: Sequence[str]) -> list[str]:
    """The kinds of data that names by commas stand for; none for all.

    Raises:
        UsageError: none of the workloads is done on such data.
    """
    from workloads.bench.catalogue import check_kinds

    found = names(wanted)
    check_kinds(found, of)
    return found


def names(listed: str) -> list[str]:
    """Names by commas."""
    return [name.strip() for name in listed.split(",")] if listed else []
