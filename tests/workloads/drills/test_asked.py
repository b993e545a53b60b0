"""What a job is asked: the words that say it are read as the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workloads.drills.asked import Asked, parse, words

NAMES = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1)


@given(
    st.builds(
        Asked,
        tasks=st.integers(0, 10**6),
        seconds=st.floats(0, 1e6),
        at_once=st.integers(1, 10**6),
        resources=st.dictionaries(NAMES, st.floats(0.1, 100)),
        labels=st.dictionaries(NAMES, NAMES),
        at_least=st.integers(0, 100),
        at_most=st.integers(0, 100),
        settle=st.floats(0, 100),
        linger=st.floats(0, 1e4),
        unwatched=st.integers(0, 5),
        impossible=st.booleans(),
    )
)
def test_the_words_say_all_of_it(asked: Asked) -> None:
    assert parse(words(asked)) == asked
