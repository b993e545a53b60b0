"""How much data a run is given."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workloads.tune.sizing import CLOSE, LEAST_WORK, first, following, halved


@given(st.integers(1, 10**12), st.sampled_from(["text.clean", "embed.sentences", "a:b"]))
def test_it_begins_with_little(full: int, workload: str) -> None:
    size = first(workload, full)
    assert size in halved(full)
    assert size <= 16_000_000


@given(
    st.integers(1, 10**11),
    st.floats(0.01, 5),
    st.floats(1e-9, 1e-3),
    st.floats(0.1, 10),
)
def test_it_comes_to_a_size_that_takes_about_as_long_as_wanted(
    full: int, overhead: float, per_byte: float, wanted: float
) -> None:
    size, tried = first("text.clean", full), list[int]()
    while size not in tried:
        tried.append(size)
        busy = per_byte * size
        size = following(size, overhead + busy, busy, wanted, full, tried)
    assert len(tried) <= 4
    allowed = max(wanted - overhead, LEAST_WORK * overhead)
    busy = per_byte * size
    assert busy <= allowed / CLOSE or size == 1
    assert busy > allowed / 2 or size == full


def test_what_will_do_stays() -> None:
    assert following(1000, 1.0, 0.9, 1.0, 4000, [1000]) == 1000
    assert following(1000, 0.3, 0.2, 1.0, 4000, [1000]) == 4000
    assert following(1000, 8.0, 8.0, 1.0, 4000, [1000]) == 125
