"""The kinds of text that are generated, written as UTF-8 by compiled code."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from workloads.files.splitmix import GOLDEN, MIX_2, mixed

ROW_BYTES = 1000
# A row of `mixed` ends with the word that reaches ROW_BYTES; the longest takes this many more.
LONGEST_WORD = 64

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int32]

_7, _8, _16, _32 = (np.uint64(n) for n in (7, 8, 16, 32))
_LOW_BYTE, _LOW_HALF = np.uint64(0xFF), np.uint64(0xFFFF)


def _in_each_byte(value: int) -> np.uint64:
    return np.uint64(value * 0x0101_0101_0101_0101)


# Fifty-three letters, as the documents have them: a to z, A to Z, and a blank.
_LETTERS = np.uint64(26 + 26 + 1)
_EVEN_BYTES = np.uint64(0x00FF_00FF_00FF_00FF)
_SMALL_A, _ONES = _in_each_byte(ord("a")), _in_each_byte(1)
# Added to a byte, these set its high bit where it is at least 26, and at least 52.
_FROM_26, _FROM_52 = _in_each_byte(128 - 26), _in_each_byte(128 - 52)
_TO_CAPITALS = np.uint64(ord("a") - (ord("A") - 26))
_TO_BLANK = np.uint64(ord("A") - 26 + 52 - ord(" "))

# What `mixed` is made of: the first and last code point of a range, how many characters a word of
# it has at the least and at the most, and its share of the words, in percent.
_WORDS = np.array(
    [
        (0xAC00, 0xD7A3, 1, 6, 38),  # Hangul syllables
        (0x61, 0x7A, 2, 9, 22),  # small Latin letters
        (0x41, 0x5A, 1, 4, 6),  # Latin capitals
        (0xC0, 0x17F, 2, 8, 8),  # Latin letters with accents
        (0x30, 0x39, 1, 6, 8),  # digits
        (0x21, 0x2F, 1, 3, 8),  # ASCII punctuation
        (0x2010, 0x2027, 1, 2, 3),  # dashes, quotation marks, ellipses
        (0x1F600, 0x1F64F, 1, 3, 3),  # emoji
        (0x4E00, 0x9FFF, 1, 4, 1),  # Chinese characters
        (0x61, 0x7A, 4, 12, 3),  # small Latin letters, behind the beginning of a URL
    ],
    np.int64,
)
_URL_KIND = len(_WORDS) - 1
_KIND = np.repeat(np.arange(len(_WORDS)), _WORDS[:, 4])
_URL = np.frombuffer(b"https://www.example.com/", np.uint8)
# Between words: mostly a blank, now and then a line's end, a tab or a space of another kind.
_SPACES = np.array([0x20] * 26 + [0x0A, 0x0A, 0x09, 0xA0, 0x2003, 0x3000], np.int64)


_mixed_bits = numba.njit(nogil=True, inline="always")(mixed)


@numba.njit(nogil=True, inline="always")
def _row_state(seed: int, row: int) -> Any:
    return _mixed_bits(_mixed_bits(np.uint64(seed)) + np.uint64(row) * GOLDEN)


@numba.njit(nogil=True, inline="always")
def _eight_letters(bits: Any) -> Any:
    """Eight letters from 64 random bits, all at once: each byte's share of the alphabet.

    Each letter is as likely as the next to one part in 256 / 53.
    """
    even = ((bits & _EVEN_BYTES) * _LETTERS >> _8) & _EVEN_BYTES
    odd = ((bits >> _8) & _EVEN_BYTES) * _LETTERS & ~_EVEN_BYTES
    number = even | odd
    capital = ((number + _FROM_26) >> _7) & _ONES
    blank = ((number + _FROM_52) >> _7) & _ONES
    return number + _SMALL_A - capital * _TO_CAPITALS - blank * _TO_BLANK


@numba.njit(nogil=True)
def write_letters(seed: int, first_row: int, out: Bytes, offsets: Offsets) -> None:
    """Rows of ROW_BYTES random letters and blanks, as the documents make them.

    Args:
        seed: of the data set.
        first_row: the number of the first row to write.
        out: receives the bytes, shape (rows * ROW_BYTES,).
        offsets: receives where each row begins and the last one ends, shape (rows + 1,).
    """
    words = out.view(np.uint64)
    a_row = ROW_BYTES // 8
    for index in range(offsets.size - 1):
        state = _row_state(seed, first_row + index)
        for word in range(a_row):
            bits = _mixed_bits(state + np.uint64(word + 1) * GOLDEN)
            words[index * a_row + word] = _eight_letters(bits)
        offsets[index + 1] = (index + 1) * ROW_BYTES


@numba.njit(nogil=True, inline="always")
def _encode(point: int, out: Bytes, at: int) -> int:
    """Writes a code point as UTF-8; returns where the next one goes."""
    if point < 0x80:
        out[at] = point
        return at + 1
    if point < 0x800:
        out[at] = 0xC0 | (point >> 6)
        out[at + 1] = 0x80 | (point & 0x3F)
        return at + 2
    if point < 0x10000:
        out[at] = 0xE0 | (point >> 12)
        out[at + 1] = 0x80 | ((point >> 6) & 0x3F)
        out[at + 2] = 0x80 | (point & 0x3F)
        return at + 3
    out[at] = 0xF0 | (point >> 18)
    out[at + 1] = 0x80 | ((point >> 12) & 0x3F)
    out[at + 2] = 0x80 | ((point >> 6) & 0x3F)
    out[at + 3] = 0x80 | (point & 0x3F)
    return at + 4


@numba.njit(nogil=True, inline="always")
def _write_word(state: Any, first: int, size: int, length: int, out: Bytes, at: int) -> int:
    """Writes `length` characters from the range of `size` that begins with `first`."""
    bits = np.uint64(0)
    for index in range(length):
        if index % 4 == 0:
            bits = _mixed_bits(state + np.uint64(index + 1) * MIX_2)
        at = _encode(first + np.int64((bits & _LOW_HALF) * np.uint64(size) >> _16), out, at)
        bits >>= _16
    return at


@numba.njit(nogil=True)
def write_mixed(seed: int, first_row: int, out: Bytes, offsets: Offsets) -> None:
    """Rows of words as people write them: Hangul, Latin, accents, digits, URLs, emoji, odd spaces.

    Args:
        seed: of the data set.
        first_row: the number of the first row to write.
        out: receives the bytes, shape (rows * (ROW_BYTES + LONGEST_WORD),).
        offsets: receives where each row begins and the last one ends, shape (rows + 1,).
    """
    at = 0
    for index in range(offsets.size - 1):
        state = _row_state(seed, first_row + index)
        end = at + ROW_BYTES
        while at < end:
            state += GOLDEN
            bits = _mixed_bits(state)
            share = np.int64((bits >> _32) * np.uint64(_KIND.size) >> _32)
            kind = _KIND[share]
            if kind == _URL_KIND:
                for byte in _URL:
                    out[at] = byte
                    at += 1
            first, last, fewest, most, _ = _WORDS[kind]
            length = fewest + np.int64((bits & _LOW_BYTE) * np.uint64(most - fewest + 1) >> _8)
            at = _write_word(bits, first, last - first + 1, length, out, at)
            at = _encode(_SPACES[np.int64((bits >> _8) % np.uint64(_SPACES.size))], out, at)
        offsets[index + 1] = at
