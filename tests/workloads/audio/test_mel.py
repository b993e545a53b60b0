"""Log-mel features: Whisper's, as its description has them, whatever the length of a clip."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workloads.audio.sounds import tone
from workloads.audio.bank import BANK, hz_of
from workloads.audio.mel import frames, log_mel


def whispers(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Step by step in double precision, as https://github.com/openai/whisper does on PyTorch."""
    padded = np.pad(samples.astype(np.float64), 200, mode="reflect")
    # `torch.hann_window` is periodic: its last point is the one before the end of a period.
    window = np.sin(np.pi * np.arange(400) / 400) ** 2
    starts = range(0, len(padded) - 400 + 1, 160)
    spectra = np.array([np.fft.rfft(window * padded[start : start + 400]) for start in starts])
    # `stft[..., :-1]`: the last frame is left out.
    mel = (np.abs(spectra[:-1]) ** 2) @ BANK.T
    logs = np.log10(np.clip(mel, 1e-10, None))
    scaled: npt.NDArray[np.float64] = (np.maximum(logs, logs.max() - 8.0) + 4.0) / 4.0
    return scaled


def noise(size: int, seed: int = 0) -> npt.NDArray[np.float32]:
    """Loud at first and ever softer, so that loud and soft frames are worked on together."""
    random = np.random.default_rng(seed)
    return (random.standard_normal(size) * 0.5 ** (np.arange(size) / 2000)).astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(st.integers(201, 6000), st.integers(0, 2**32 - 1))
def test_is_whispers_at_any_length(size: int, seed: int) -> None:
    samples = noise(size, seed)
    found = log_mel(samples)
    assert found.shape == (frames(size), 80) == (size // 160, 80)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, whispers(samples), atol=1e-4)


def test_a_soft_frame_beside_a_loud_one_keeps_its_own_features() -> None:
    samples = noise(32_000)
    samples[16_000:] *= 1e-3
    np.testing.assert_allclose(log_mel(samples), whispers(samples), atol=1e-4)


@pytest.mark.parametrize("hz", [200.0, 1000.0, 3400.0, 7000.0])
def test_a_tone_is_loudest_in_its_band(hz: float) -> None:
    found = log_mel(tone(0.5, 16_000, hz).astype(np.float32))
    edges = hz_of(np.linspace(0, 15 + 27 * np.log(8) / np.log(6.4), 82))
    band = int(np.abs(edges[1:-1] - hz).argmin())
    assert abs(int(np.median(found.argmax(axis=1))) - band) <= 1


def test_nothing_is_more_than_eighty_decibels_below_the_loudest() -> None:
    samples = tone(1, 16_000).astype(np.float32)
    samples[8000:] = 0
    found = log_mel(samples)
    # A quarter of a power of ten to one.
    assert found.max() - found.min() == pytest.approx(2.0, abs=1e-6)


def test_the_samples_are_left_as_they_are() -> None:
    samples = noise(3000)
    before = samples.copy()
    log_mel(samples)
    assert (samples == before).all()
