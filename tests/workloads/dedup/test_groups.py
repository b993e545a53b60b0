"""Components of linked rows, led by their first row."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from workloads.dedup.groups import alone, followers, join

ROWS = 20
ROW = st.integers(0, ROWS - 1)


def reached(links: list[tuple[int, int]], row: int) -> set[int]:
    """All rows that are linked with one, over whatever others."""
    found, new = {row}, {row}
    while new:
        new = {b for a, b in links + [(b, a) for a, b in links] if a in new} - found
        found |= new
    return found


@settings(max_examples=300, deadline=None)
@given(links=st.lists(st.tuples(ROW, ROW), max_size=25), cut=st.integers(0, 25))
def test_the_first_of_what_is_linked_is_no_follower(links: list[tuple[int, int]], cut: int) -> None:
    due = [row for row in range(ROWS) if min(reached(links, row)) < row]
    for parents in (alone(ROWS), np.arange(ROWS, dtype=np.int64)):
        for some in (links[:cut], links[cut:]):
            rows, others = np.array(some, np.int64).reshape(-1, 2).T
            join(parents, rows.copy(), others.copy())
        assert followers(parents).tolist() == due


def test_a_number_takes_as_many_bytes_as_it_needs() -> None:
    assert alone(3).dtype == np.int32
    assert alone(0).size == 0
