"""Texts of like length share a batch; none is lost, and little of a batch is padding."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workloads.embed.batches import PADDING, by_length, filled

LENGTHS = st.lists(st.integers(1, 300), max_size=200)


@given(LENGTHS, st.integers(1, 2000))
def test_each_text_is_in_one_batch(lengths: list[int], tokens: int) -> None:
    batches = by_length(lengths, tokens)
    places = [place for batch in batches for place in batch]
    assert sorted(places) == list(range(len(lengths)))
    assert all(len(batch) for batch in batches)
    in_order = [lengths[place] for place in places]
    assert in_order == sorted(lengths, reverse=True)


@given(LENGTHS, st.integers(1, 2000))
def test_a_batch_holds_no_more_than_it_may(lengths: list[int], tokens: int) -> None:
    for batch in by_length(lengths, tokens):
        longest = max(lengths[place] for place in batch)
        held = longest * len(batch)
        assert held <= tokens or len(batch) == 1
        padding = held - sum(lengths[place] for place in batch)
        assert padding * PADDING <= held


def test_texts_of_one_length_fill_batches() -> None:
    assert [len(batch) for batch in by_length([10] * 25, 100)] == [10, 10, 5]


def test_a_length_that_differs_much_begins_a_batch() -> None:
    assert [list(batch) for batch in by_length([5, 100, 5, 99], 1000)] == [[1, 3], [0, 2]]


def test_texts_are_filled_up_to_the_longest() -> None:
    numbers, real = filled([[5, 6, 7], [8]], 9)
    assert numbers.tolist() == [[5, 6, 7], [8, 9, 9]]
    assert real.tolist() == [[1, 1, 1], [1, 0, 0]]
    assert numbers.dtype == real.dtype == np.int64
