"""Generated text, down to its bytes: what it is made of, and that it stays within its buffer."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workloads.text.characters import (
    LONGEST_WORD,
    ROW_BYTES,
    Bytes,
    Offsets,
    write_letters,
    write_mixed,
)

Write = Callable[[int, int, Bytes, Offsets], None]
UNTOUCHED = 0xFF  # a byte that is in no UTF-8
SEEDS = st.integers(0, 2**63 - 1)
WRITERS = [(write_letters, 0), (write_mixed, LONGEST_WORD)]


def written(write: Write, seed: int, first: int, rows: int, extra: int) -> tuple[Bytes, Offsets]:
    """What is written, and a kilobyte behind the room that is given for it."""
    size = rows * (ROW_BYTES + extra)
    memory = np.full(size + 1024, UNTOUCHED, np.uint8)
    offsets = np.zeros(rows + 1, np.int32)
    write(seed, first, memory[:size], offsets)
    return memory, offsets


def mixed_text(seed: int, rows: int) -> str:
    memory, offsets = written(write_mixed, seed, 0, rows, LONGEST_WORD)
    return memory[: offsets[-1]].tobytes().decode()


@pytest.mark.parametrize(("write", "extra"), WRITERS)
@settings(max_examples=100, deadline=None)
@given(seed=SEEDS, first=st.integers(0, 2**40), rows=st.integers(1, 40))
def test_nothing_is_written_behind_the_room_given(
    write: Write, extra: int, seed: int, first: int, rows: int
) -> None:
    memory, offsets = written(write, seed, first, rows, extra)
    assert (memory[offsets[-1] :] == UNTOUCHED).all()
    assert not (memory[: offsets[-1]] == UNTOUCHED).any()


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_no_row_is_longer_than_its_longest_last_word_makes_it(seed: int) -> None:
    _, offsets = written(write_mixed, seed, 0, 5000, LONGEST_WORD)
    lengths = np.diff(offsets)
    assert lengths.min() >= ROW_BYTES
    assert lengths.max() < ROW_BYTES + LONGEST_WORD


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, first=st.integers(0, 1000))
def test_a_row_is_the_same_whatever_is_written_with_it(seed: int, first: int) -> None:
    for write, extra in WRITERS:
        together, ends = written(write, seed, first, 3, extra)
        alone, end = written(write, seed, first + 2, 1, extra)
        assert alone[: end[1]].tobytes() == together[ends[2] : ends[3]].tobytes()


@pytest.mark.parametrize(("write", "extra"), WRITERS)
def test_no_row_comes_again(write: Write, extra: int) -> None:
    rows = set()
    for first in (0, 2**31, 2**40):
        memory, offsets = written(write, 1, first, 5000, extra)
        edges = itertools.pairwise(offsets.tolist())
        rows |= {memory[start:stop].tobytes() for start, stop in edges}
    assert len(rows) == 3 * 5000


def test_letters_are_all_of_them_equally_often() -> None:
    memory, offsets = written(write_letters, 3, 0, 1000, 0)
    counts = np.bincount(memory[: offsets[-1]], minlength=256)
    seen = "".join(map(chr, np.flatnonzero(counts)))
    assert seen == " ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    assert np.allclose(counts[counts > 0] / counts.sum(), 1 / 53, rtol=0.25)


@pytest.mark.parametrize(
    "pattern",
    [
        r"[가-힣]+",
        r"[a-z]{2,}",
        r"[\u00c0-\u017f]+",
        r"[0-9]+",
        r"https://www\.example\.com/[a-z]+",
        r"[!-/]",
        r"[\u2010-\u2027]",
        "[\U0001f600-\U0001f64f]",
        r"[一-鿿]",
        r"[\u00a0\u2003\u3000]",
    ],
)
def test_mixed_text_has_words_of_each_kind_in_every_few_rows(pattern: str) -> None:
    assert len(re.findall(pattern, mixed_text(5, 20))) > 20


def test_mixed_text_is_some_bytes_more_and_some_less_once_cleaned() -> None:
    text = mixed_text(7, 100)
    kept = re.sub(r"[^가-힣a-zA-Z0-9\s]", "", text)
    assert 0.5 < len(kept.encode()) / len(text.encode()) < 0.95
