"""Which rows have a key that an earlier row has."""

# Numba compiles this: its decorators have no types.
# mypy: allow-untyped-decorators

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64]

EMPTY = -1


@numba.njit(nogil=True)
def _fill(keys: Keys, slots: npt.NDArray[np.int64], first: Rows) -> None:
    """A table with open addressing: each slot has the row that came first with a key."""
    last = np.uint64(slots.size - 1)
    for row in range(keys.shape[0]):
        slot = keys[row, 0] & last
        while slots[slot] != EMPTY:
            there = slots[slot]
            same = True
            for word in range(keys.shape[1]):
                same &= keys[there, word] == keys[row, word]
            if same:
                break
            slot = (slot + np.uint64(1)) & last
        if slots[slot] == EMPTY:
            slots[slot] = row
        first[row] = slots[slot]


def first_of(keys: Keys) -> Rows:
    """For each row the first row that has the same key.

    Args:
        keys: random bits, shape (rows, words of a key).

    Returns:
        Positions, shape (rows,); a row's own where no earlier one has its key.
    """
    first = np.empty(len(keys), np.int64)
    slots = np.full(1 << max(2 * len(keys) - 1, 1).bit_length(), EMPTY, np.int64)
    _fill(keys, slots, first)
    return first
