"""The transform of 400 points is NumPy's, in every lane, where PLACES says."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from workloads.audio.fourier import LANES, PLACES, SIZE, transform


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_equals_numpys(seed: int) -> None:
    random = np.random.default_rng(seed)
    parts = random.standard_normal((SIZE, 2, LANES)).astype(np.float32)
    due = np.fft.fft(parts[:, 0].astype(float) + 1j * parts[:, 1], axis=0)
    work = parts.reshape(-1).copy()
    transform(work)
    found = work.reshape(SIZE, 2, LANES)[PLACES]
    np.testing.assert_allclose(found[:, 0] + 1j * found[:, 1], due, atol=2e-5)


def test_every_place_is_of_one_frequency() -> None:
    assert sorted(PLACES) == list(range(SIZE))


def test_a_pointer_that_turns_is_found_at_its_frequency() -> None:
    work = np.zeros((SIZE, 2, LANES), np.float32)
    for lane in range(LANES):
        turns = 2 * np.pi * (lane * 37 + 5) * np.arange(SIZE) / SIZE
        work[:, 0, lane], work[:, 1, lane] = np.cos(turns), np.sin(turns)
    flat = work.reshape(-1)
    transform(flat)
    found = flat.reshape(SIZE, 2, LANES)[PLACES]
    loudest = np.hypot(found[:, 0], found[:, 1]).argmax(axis=0)
    assert loudest.tolist() == [lane * 37 + 5 for lane in range(LANES)]
