"""How much data a run is given: enough to tell ways apart, and little enough to try many."""

from __future__ import annotations

from collections.abc import Collection

# Of what there is time for, one run.
PART_OF_A_RUN = 1 / 160
# To begin with, by family: so little that it is done soon. Others may have a model at work.
FIRST_BYTES = {"text": 16_000_000, "dedup": 16_000_000, "aggregate": 16_000_000}
FIRST_BYTES_OF_OTHERS = 250_000
# What a run takes on top of its work, at least so many times that the work may take too: with less
# data it would hardly be done sooner.
LEAST_WORK = 0.5
# A size will do where the one that is just right is no less than this part of it.
CLOSE = 0.7


def first(workload: str, full: int) -> int:
    """The size to begin with."""
    family = workload.partition(".")[0]
    most = FIRST_BYTES.get(family, FIRST_BYTES_OF_OTHERS)
    return next(size for size in halved(full) if size <= most)


def halved(full: int) -> list[int]:
    """The sizes that may be: all there is, half of it, and so on, so that data is of use again."""
    sizes = [full]
    while sizes[-1] > 1:
        sizes.append(-(-sizes[-1] // 2))
    return sizes


def following(
    size: int, seconds: float, busy: float, wanted: float, full: int, tried: Collection[int]
) -> int:
    """The size to try next, or the same one where it will do.

    Args:
        size: that was tried.
        seconds: that a run took.
        busy: of these, what will be more with more data.
        wanted: about how long a run is to take.
        full: as much data as there is.
        tried: all sizes so far.
    """
    overhead = seconds - busy
    times = max(wanted - overhead, LEAST_WORK * overhead) / busy
    if CLOSE <= times < 2:
        return size
    most = size * times
    found = next((one for one in halved(full) if one <= most), 1)
    return size if found in tried else found
