"""Texts taken apart into words or characters, each by a hash; and shingles of these.

A word is what Python's `str.split()` gives: what stands between whitespace as Unicode has it. A
character is a code point. All on the bytes of UTF-8; one that begins no character counts as one.
"""

# Numba compiles these functions: its decorators have no types.
# mypy: allow-untyped-decorators

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from workloads.text.arrays import Bytes
from workloads.text.hashing import load_word, mixed

Words = npt.NDArray[np.uint64]
Spans = npt.NDArray[np.int64]

_WORD = 8
_OF_WORD, _SPACE, _MAY_BE_SPACE = 0, 1, 2
# By byte: ASCII whitespace, and what whitespace of more bytes begins with.
_KIND = np.array([_SPACE if byte < 0x80 and chr(byte).isspace() else 0 for byte in range(256)])
_KIND[[0xC2, 0xE1, 0xE2, 0xE3]] = _MAY_BE_SPACE
_NO_BYTES, _BITS_IN_BYTE = np.uint64(0), np.uint64(8)
_ALL = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
_FACTOR = np.uint64(0x9E37_79B9_7F4A_7C15)


@numba.njit(nogil=True, inline="always")
def _wide_space(data: Bytes, at: Any, stop: Any) -> int:
    """How many bytes the whitespace takes that is not ASCII and begins here; 0 where none does."""
    first = data[at]
    if first == 0xC2:
        return 2 if at + 1 < stop and (data[at + 1] == 0x85 or data[at + 1] == 0xA0) else 0
    if at + 2 >= stop:
        return 0
    second, third = data[at + 1], data[at + 2]
    if first == 0xE1:
        return 3 if second == 0x9A and third == 0x80 else 0
    if first == 0xE3:
        return 3 if second == 0x80 and third == 0x80 else 0
    if first != 0xE2:
        return 0
    if second == 0x80:
        return 3 if third <= 0x8A or third == 0xA8 or third == 0xA9 or third == 0xAF else 0
    return 3 if second == 0x81 and third == 0x9F else 0


@numba.njit(nogil=True)
def word_spans(data: Bytes, start: Any, stop: Any, spans: Spans) -> int:
    """Where the words of data[start:stop] begin and end.

    Args:
        data: UTF-8.
        start: of the text.
        stop: of the text.
        spans: receives begin and end of each word, shape (at least (stop - start + 1) / 2, 2).

    Returns:
        How many words there are.
    """
    count = 0
    begin = at = start
    while at < stop:
        kind = _KIND[data[at]]
        if kind == _OF_WORD:
            at += 1
            continue
        width = 1 if kind == _SPACE else _wide_space(data, at, stop)
        if width == 0:
            at += 1
            continue
        if at > begin:
            spans[count, 0], spans[count, 1] = begin, at
            count += 1
        at += width
        begin = at
    if stop > begin:
        spans[count, 0], spans[count, 1] = begin, stop
        count += 1
    return count


@numba.njit(nogil=True)
def character_spans(data: Bytes, start: Any, stop: Any, spans: Spans) -> int:
    """Where the characters of data[start:stop] begin and end; see `word_spans`."""
    count = 0
    for at in range(start, stop):
        # A byte of the form 10xxxxxx goes on with a character.
        if count == 0 or data[at] & 0xC0 != 0x80:
            spans[count, 0] = at
            count += 1
        spans[count - 1, 1] = at + 1
    return count


@numba.njit(nogil=True, inline="always")
def _token(data: Bytes, start: Any, stop: Any, safe: Any) -> Any:
    """A hash of a few bytes."""
    hashed = np.uint64(stop - start) * _FACTOR
    for at in range(start, stop, _WORD):
        rest = stop - at
        if at <= safe:
            word = load_word(data, at)
            if rest < _WORD:
                word &= _ALL >> (np.uint64(_WORD - rest) * _BITS_IN_BYTE)
        else:
            word = _NO_BYTES
            for last in range(min(stop, at + _WORD) - 1, at - 1, -1):
                word = (word << _BITS_IN_BYTE) | np.uint64(data[last])
        hashed = mixed(hashed ^ word)
    return hashed


@numba.njit(nogil=True)
def shingle(data: Bytes, spans: Spans, count: int, size: int, out: Words) -> int:
    """Hashes of all runs of `size` tokens; of all tokens together where they are fewer.

    Args:
        data: that the spans lie in.
        spans: of the tokens.
        count: how many there are.
        size: of a run.
        out: receives the hashes, shape (at least `count`,).

    Returns:
        How many there are, the same one perhaps several times: none only where there is no token.
    """
    safe = data.size - _WORD
    for index in range(count):
        out[index] = _token(data, spans[index, 0], spans[index, 1], safe)
    length = min(size, count)
    found = count - length + 1 if count else 0
    for index in range(found):
        run = _NO_BYTES
        for token in range(length):
            run = run * _FACTOR + out[index + token]
        # What is overwritten is not looked at again.
        out[index] = mixed(run)
    return found
