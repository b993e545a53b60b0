"""Which rows have a key that an earlier row has, whatever the keys are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workloads.text.repeats import first_of

# Few, and such as all begin in the same slot of any table.
WORDS = st.sampled_from([0, 1, 2**40, 2**41, 2**63, 2**64 - 1])


@pytest.mark.parametrize("words", [1, 2, 3])
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_the_first_of_equal_keys_is_found(words: int, data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.tuples(*[WORDS] * words), max_size=40))
    first: dict[tuple[int, ...], int] = {}
    due = [first.setdefault(row, index) for index, row in enumerate(rows)]
    assert first_of(np.array(rows, np.uint64).reshape(-1, words)).tolist() == due


def test_many_keys() -> None:
    keys = np.random.default_rng(0).integers(0, 2**64, (50_000, 2), np.uint64)
    found = first_of(np.concatenate([keys, keys[::-1]]))
    assert found.tolist() == [*range(50_000), *range(49_999, -1, -1)]
