"""The bands of the mel scale: Slaney's, written out once more, one weight at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.audio.bank import BANDS, BANK, hz_of, mels_of


def hertz(mel: float) -> float:
    """As in the Auditory Toolbox: 200 / 3 Hz a mel up to 1 kHz, then a factor of 6.4 in 27."""
    return mel * 200 / 3 if mel < 15 else 1000 * 6.4 ** ((mel - 15) / 27)


def weight(band: int, frequency: float) -> float:
    """Up from the middle of the band before, down to that of the band behind, area one."""
    highest = 15 + 27 * math.log(8) / math.log(6.4)
    lower, middle, upper = (hertz(highest * (band + k) / 81) for k in range(3))
    if lower < frequency <= middle:
        height = (frequency - lower) / (middle - lower)
    elif middle < frequency < upper:
        height = (upper - frequency) / (upper - middle)
    else:
        height = 0.0
    return height * 2 / (upper - lower)


def test_every_weight_is_the_published_formulas() -> None:
    due = [[weight(band, bin_ * 40.0) for bin_ in range(201)] for band in range(80)]
    assert BANK.shape == (BANDS, 201)
    np.testing.assert_allclose(BANK, due, atol=1e-12)


def test_no_band_is_empty_and_no_frequency_is_left_out_between_the_first_and_the_last() -> None:
    assert (BANK.sum(axis=1) > 0).all()
    assert (BANK.sum(axis=0)[1:-1] > 0).all()


@pytest.mark.parametrize(("hz", "mels"), [(0, 0), (500, 7.5), (1000, 15), (6400, 42)])
def test_the_scale_goes_through_known_points(hz: float, mels: float) -> None:
    assert float(mels_of(np.array(float(hz)))) == pytest.approx(mels)
    assert float(hz_of(np.array(float(mels)))) == pytest.approx(hz)


@given(st.floats(0, 8000))
def test_there_and_back(hz: float) -> None:
    assert float(hz_of(mels_of(np.array(hz)))) == pytest.approx(hz, abs=1e-9)
