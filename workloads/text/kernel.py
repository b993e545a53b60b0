r"""The cleaning of text on Arrow's buffers: what the documents' regular expression keeps.

`re.sub(r"[^가-힣a-zA-Z0-9\s]", "", text).lower()` looks at one character at a time and maps it to
itself, to its ASCII lower case or to nothing. So the bytes of a whole column can be cleaned in one
pass: find the bytes to keep in blocks of 64 (see `vectors`), move the runs of them together.

A byte that is not valid UTF-8 is dropped, as decoding with errors="ignore" would.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workloads.text.vectors import (
    BLOCK,
    STORE,
    ascii_masks,
    copy_block,
    copy_short,
    lead_masks,
    trailing_zeros,
)

# A run of kept bytes may begin in a block's last byte, and a whole block is read from there.
READ_AHEAD = 2 * BLOCK
EVERY = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
ONE, TWO, LAST, LAST_BUT_ONE = (np.uint64(n) for n in (1, 2, BLOCK - 1, BLOCK - 2))
WIDTH = np.uint64(BLOCK)

Bytes = npt.NDArray[np.uint8]
Position = int | np.int64
Offsets = npt.NDArray[np.int32] | npt.NDArray[np.int64]


@numba.njit(nogil=True, inline="always")
def _first_bits(count: Position) -> Any:
    """A mask of the first `count` bytes of a block, all 64 where there are more."""
    if count >= BLOCK:
        return EVERY
    return (ONE << np.uint64(max(count, 0))) - ONE


@numba.njit(nogil=True, inline="always")
def _move_runs(data: Bytes, start: Position, keep: Any, out: Bytes, written: Position) -> Position:
    """Moves each run of ones in `keep`, which is not all ones, to out[written:]."""
    while keep:
        gap = trailing_zeros(keep)
        keep >>= gap
        start += np.int64(gap)
        length = trailing_zeros(~keep)
        for at in range(0, np.int64(length), STORE):
            copy_short(data, start + at, out, written + at)
        keep >>= length
        start += np.int64(length)
        written += np.int64(length)
    return written


@numba.njit(nogil=True)
def _clean_value(
    data: Bytes, start: Position, stop: Position, out: Bytes, written: Position
) -> Position:
    """Cleans data[start:stop] to out[written:]; returns where the next value is to be written."""
    rest = np.uint64(0)  # bytes of this block that belong to a character begun in the last one
    while start < stop:
        here = _first_bits(stop - start)
        keep, wide = ascii_masks(data, start)
        keep |= rest
        rest = np.uint64(0)
        if wide & here:
            three, two = lead_masks(data, start)
            # A character that is cut off by the end of its value is not one.
            three &= _first_bits(stop - start - 2)
            two &= _first_bits(stop - start - 1)
            keep |= three | (three << ONE) | (three << TWO) | two | (two << ONE)
            rest = (three >> LAST_BUT_ONE) | (three >> LAST) | (two >> LAST)
        keep &= here
        if keep == EVERY:
            copy_block(data, start, out, written)
            written += BLOCK
        else:
            written = _move_runs(data, start, keep, out, written)
        start += BLOCK
    return written


@numba.njit(nogil=True)
def _clean_values(
    data: Bytes, base: Position, offsets: Offsets, out: Bytes, new_offsets: Offsets
) -> None:
    """Cleans values whose `offsets` count from `base`; new_offsets[0] says where to write."""
    written: Position = np.int64(new_offsets[0])
    for row in range(offsets.size - 1):
        start, stop = np.int64(offsets[row]) - base, np.int64(offsets[row + 1]) - base
        written = _clean_value(data, start, stop, out, written)
        new_offsets[row + 1] = written


def clean_buffers(data: Bytes, offsets: Offsets) -> tuple[pa.Buffer, Offsets]:
    """Cleans the values that lie between successive offsets of a buffer.

    Args:
        data: all bytes of the buffer, shape (bytes,).
        offsets: shape (values + 1,), ascending, within `data`.

    Returns:
        The cleaned bytes, and offsets of the same shape and type that start at 0.
    """
    first, last = int(offsets[0]), int(offsets[-1])
    out = pa.allocate_buffer(last - first + BLOCK)
    target = np.frombuffer(out, np.uint8)
    new_offsets = np.zeros_like(offsets)
    # The values near the end of the buffer are cleaned in a copy with room to read ahead.
    safe = int(np.searchsorted(offsets, data.size - READ_AHEAD, side="right")) - 1
    safe = min(max(safe, 0), offsets.size - 1)
    _clean_values(data, np.int64(0), offsets[: safe + 1], target, new_offsets[: safe + 1])
    begin = int(offsets[safe])
    tail = np.zeros(last - begin + READ_AHEAD, np.uint8)
    tail[: last - begin] = data[begin:last]
    _clean_values(tail, np.int64(begin), offsets[safe:], target, new_offsets[safe:])
    return out.slice(0, int(new_offsets[-1])), new_offsets
