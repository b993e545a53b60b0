"""How long texts are, in characters."""

# Numba compiles this: its decorators have no types.
# mypy: allow-untyped-decorators

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workloads.text.arrays import Bytes, Offsets, values_of
from workloads.text.hashing import load_word

_WORD = 8
_ONES = np.uint64(0x0101_0101_0101_0101)
_6, _7, _56 = (np.uint64(n) for n in (6, 7, 56))


@numba.njit(nogil=True)
def _count(data: Bytes, offsets: Offsets, lengths: npt.NDArray[np.int64]) -> None:
    for row in range(offsets.size - 1):
        at, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        # A byte of the form 10xxxxxx goes on with a character: all others are counted.
        length = stop - at
        while at + _WORD <= stop:
            word = load_word(data, at)
            going_on = (word >> _7) & (~word >> _6) & _ONES
            length -= np.int64((going_on * _ONES) >> _56)
            at += _WORD
        while at < stop:
            length -= np.int64(data[at] & 0xC0 == 0x80)
            at += 1
        lengths[row] = length


def lengths_of(array: pa.Array) -> npt.NDArray[np.int64]:
    """The characters of each value of a string or large_string array; of a null, anything."""
    lengths = np.empty(len(array), np.int64)
    _count(*values_of(array), lengths)
    return lengths
