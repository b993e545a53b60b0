"""A text data set with duplicates in it, the same for a seed on any machine.

A row is either a text of its own, the very one that `TextSpec` has there; or a copy of an earlier
row; or such a text of its own with one word in a hundred, and one at the least, replaced by another
one. Which it is, and of which row, comes from the seed and the row's number alone.
"""

# Numba compiles these functions: its decorators have no types.
# mypy: allow-untyped-decorators

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from errors import UsageError
from workloads.dedup.tokens import word_spans
from workloads.text.arrays import Bytes
from workloads.text.characters import LONGEST_WORD, ROW_BYTES
from workloads.text.generate import KINDS, TextSpec
from workloads.text.hashing import mixed

# One word in so many of a near duplicate is another one than in the text that it is made from.
WORDS_PER_CHANGE = 100
NEW_WORD = 8
# A row has hardly more than one word in four bytes.
MOST_CHANGES = 4
# A multiple of eight, as letters are written eight at a time.
_SCRATCH = ROW_BYTES + LONGEST_WORD + 8 - (ROW_BYTES + LONGEST_WORD) % 8

_GOLDEN = np.uint64(0x9E37_79B9_7F4A_7C15)
_SHARES = np.uint64(2**16)
_16, _32, _5 = np.uint64(16), np.uint64(32), np.uint64(5)
_LETTERS, _SMALL_A = np.uint64(26), np.uint64(ord("a"))

Rows = npt.NDArray[np.int64]


@numba.njit(nogil=True)
def _bits(seed: int, row: Any, which: int) -> Any:
    return mixed(mixed(np.uint64(seed) + np.uint64(which) * _GOLDEN) + np.uint64(row) * _GOLDEN)


@numba.njit(nogil=True)
def _earlier(bits: Any, row: Any) -> Any:
    """A row before this one."""
    return np.int64((bits >> _32) * np.uint64(row) >> _32)


@numba.njit(nogil=True)
def _source(seed: int, row: Any, copies: Any, both: Any) -> tuple[Any, Any]:
    """The row with the text that this one is made from; and the row that says how it is changed.

    Args:
        seed: of the data set.
        row: which.
        copies: the share of rows that are copies, of 2^16.
        both: the share of these and near duplicates.

    Returns:
        The first is `row` itself for a text of its own; the second is -1 where nothing is changed.
    """
    changed = np.int64(-1)
    while row > 0:
        bits = _bits(seed, row, 1)
        share = bits % _SHARES
        if share >= both:
            break
        # Of a near duplicate, no other one is made: a group has one text that all are near to.
        if share >= copies and changed < 0:
            changed = np.int64(row)
        row = _earlier(bits, row)
    return np.int64(row), changed


@numba.njit(nogil=True)
def _copy(text: Bytes, start: Any, stop: Any, out: Bytes, at: Any) -> Any:
    """Copies text[start:stop] to out[at:]; returns where the next byte goes."""
    # A slice would take Numba seconds to compile.
    for index in range(start, stop):
        out[at + index - start] = text[index]
    return at + stop - start


@numba.njit(nogil=True)
def _change(seed: int, row: Any, text: Bytes, size: Any, out: Bytes, at: Any, spans: Rows) -> Any:
    """Writes text[:size] with some words replaced to out[at:]; returns where the next one goes."""
    words = word_spans(text, 0, size, spans)
    changes = min(max(words // WORDS_PER_CHANGE, 1), MOST_CHANGES)
    begin = 0
    for change in range(changes):
        # Each in a stretch of its own, so that they come in order and do not meet.
        first, stop = words * change // changes, words * (change + 1) // changes
        bits = _bits(seed, row, 2 + change)
        word = first + np.int64((bits >> _32) * np.uint64(stop - first) >> _32)
        at = _copy(text, begin, spans[word, 0], out, at)
        for letter in range(NEW_WORD):
            out[at + letter] = _SMALL_A + (bits >> (_5 * np.uint64(letter))) % _LETTERS
        at += NEW_WORD
        begin = spans[word, 1]
    return _copy(text, begin, size, out, at)


@numba.njit(nogil=True)
def _write_rows(
    write: Any, seed: int, first: int, copies: Any, both: Any, out: Bytes, offsets: Any
) -> None:
    """Writes rows from `first` on, each by `write`, which writes those of `TextSpec`."""
    text, ends = np.empty(_SCRATCH, np.uint8), np.zeros(2, np.int32)
    spans = np.empty((_SCRATCH, 2), np.int64)
    at = 0
    for index in range(offsets.size - 1):
        row, changed = _source(seed, np.int64(first + index), copies, both)
        ends[1] = 0
        write(seed, row, text, ends)
        size = np.int64(ends[1])
        if changed >= 0:
            at = _change(seed, changed, text, size, out, at, spans)
        else:
            at = _copy(text, np.int64(0), size, out, at)
        offsets[index + 1] = at


@numba.njit(nogil=True)
def _sources(seed: int, first: int, copies: Any, both: Any, same: Rows, near: Rows) -> None:
    for index in range(same.size):
        row, changed = _source(seed, np.int64(first + index), copies, both)
        near[index] = row
        same[index] = changed if changed >= 0 else row


@dataclass(frozen=True)
class DedupSpec(TextSpec):
    """A text data set with duplicates, down to its last byte.

    Attributes:
        copies: the share of rows that are the same as an earlier one.
        near: the share of rows that are an earlier one but for few words.
    """

    label = "dedup.generate"
    function = None

    copies: float = 0.1
    near: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (self.copies >= 0 and self.near >= 0 and self.copies + self.near < 1):
            raise UsageError(
                f"the shares of copies and near duplicates, {self.copies} and {self.near}, "
                "must be 0 or more, and together less than 1"
            )

    def originals(self, rows: range) -> tuple[Rows, Rows]:
        """For each row, the first one with the same text, and the one that it is near to."""
        same, near = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
        _sources(self.seed, rows.start, *self._cuts(), same, near)
        return same, near

    def _text(self, rows: range) -> pa.Array:
        write, extra = KINDS[self.kind]
        longest = ROW_BYTES + extra + MOST_CHANGES * NEW_WORD
        out = pa.allocate_buffer(len(rows) * longest)
        offsets = np.zeros(len(rows) + 1, np.int32)
        target = np.frombuffer(out, np.uint8)
        _write_rows(write, self.seed, rows.start, *self._cuts(), target, offsets)
        used = out.slice(0, int(offsets[-1]))
        return pa.Array.from_buffers(pa.string(), len(rows), [None, pa.py_buffer(offsets), used])

    def _cuts(self) -> tuple[np.uint64, np.uint64]:
        of_all = int(_SHARES)
        return (
            np.uint64(round(self.copies * of_all)),
            np.uint64(round((self.copies + self.near) * of_all)),
        )
