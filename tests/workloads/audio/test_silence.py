"""Where sound begins and ends, and how loud it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workloads.audio.sounds import between_silences, tone
from workloads.audio.reasons import ClipError, Reason
from workloads.audio.silence import BLOCK, MARGIN, level, trim

RATE = 16_000


def samples(before: float, seconds: float, behind: float) -> np.ndarray:
    return between_silences(before, seconds, behind, RATE).astype(np.float32)


@given(st.integers(0, 200), st.integers(3, 200), st.integers(0, 200))
def test_fifty_milliseconds_of_silence_are_left_at_either_end(
    before: int, sound: int, behind: int
) -> None:
    whole = samples(before / 100, sound / 100, behind / 100)
    found = trim(whole, 40.0)
    assert len(found) == (min(before, 5) + sound + min(behind, 5)) * BLOCK
    start = max(before - 5, 0) * BLOCK
    assert (found == whole[start : start + len(found)]).all()


def test_what_is_left_over_from_blocks_stays_where_sound_goes_to_the_end() -> None:
    whole = tone(1, RATE).astype(np.float32)[: 100 * BLOCK - 37]
    assert len(trim(whole, 40.0)) == len(whole)


@pytest.mark.parametrize(("silence_db", "seconds"), [(40.0, 1.05), (70.0, 2.0)])
def test_silence_is_so_far_below_the_loudest(silence_db: float, seconds: float) -> None:
    whole = tone(2, RATE).astype(np.float32)
    whole[RATE:] *= 10 ** (-60 / 20)
    assert len(trim(whole, silence_db)) == seconds * RATE


@pytest.mark.parametrize("peak", [0.0, 0.0005])
def test_a_clip_of_nothing_but_silence_is_told(peak: float) -> None:
    with pytest.raises(ClipError, match="silent: it never reaches -60 dBFS"):
        trim(tone(1, RATE, peak=peak).astype(np.float32), 40.0)


@pytest.mark.parametrize(("size", "told"), [(0, "0.0 ms"), (399, "24.9 ms")])
def test_less_than_a_frame_is_too_short(size: int, told: str) -> None:
    with pytest.raises(ClipError) as found:
        trim(np.ones(size, np.float32), 40.0)
    assert (found.value.reason, found.value.detail) == (Reason.TOO_SHORT, told)


def test_a_single_frame_is_enough() -> None:
    assert len(trim(np.full(400, 0.5, np.float32), 40.0)) == 400 <= MARGIN + BLOCK


@pytest.mark.parametrize(
    ("made", "rms", "peak"),
    [
        (np.ones(1000), 0.0, 0.0),
        (np.full(1000, -0.1), -20.0, -20.0),
        (tone(1, RATE, peak=1.0), -3.0103, 0.0),
    ],
    ids=["full scale", "a tenth, negative", "sine"],
)
def test_levels_are_in_decibels_of_full_scale(made: np.ndarray, rms: float, peak: float) -> None:
    found = level(made.astype(np.float32))
    assert found.rms_dbfs == pytest.approx(rms, abs=1e-3)
    assert found.peak_dbfs == pytest.approx(peak, abs=1e-2)
