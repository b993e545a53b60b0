"""Clips of any format come out as one channel of 16,000 samples a second."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workloads.audio.sounds import encoded, of_unknown_length, tone
from workloads.audio.decode import RATE, decode
from workloads.audio.reasons import ClipError

LONGEST = 30.0


@pytest.mark.parametrize(
    ("kind", "subtype", "tolerance"),
    [
        ("WAV", "PCM_16", 0.001),
        ("WAV", "PCM_24", 0.001),
        ("WAV", "FLOAT", 0.001),
        ("FLAC", "PCM_16", 0.001),
        ("MP3", "MPEG_LAYER_III", 0.02),
        ("OGG", "VORBIS", 0.02),
        ("OGG", "OPUS", 0.02),
    ],
)
def test_what_was_encoded_is_decoded(kind: str, subtype: str, tolerance: float) -> None:
    clip = decode(encoded(tone(2.0), kind, subtype=subtype), LONGEST)
    assert (clip.seconds, clip.sample_rate, clip.channels) == (2.0, 48_000, 1)
    assert (clip.samples.dtype.name, len(clip.samples)) == ("float32", 2 * RATE)
    # Where a codec has not settled yet, and the filter has no neighbours, is left out.
    middle = slice(RATE // 2, -RATE // 2)
    np.testing.assert_allclose(clip.samples[middle], tone(2.0, RATE)[middle], atol=tolerance)


@settings(max_examples=25, deadline=None)
@given(st.integers(4_000, 192_000), st.floats(0.05, 2.0))
def test_any_rate_becomes_sixteen_thousand(rate: int, seconds: float) -> None:
    samples = tone(seconds, rate)
    clip = decode(encoded(samples, rate=rate), LONGEST)
    assert clip.seconds == len(samples) / rate
    assert clip.sample_rate == rate
    assert abs(len(clip.samples) - clip.seconds * RATE) <= 1


def test_what_has_the_right_rate_is_not_resampled() -> None:
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, 1000).astype(np.float32)
    clip = decode(encoded(samples, rate=RATE, subtype="FLOAT"), LONGEST)
    assert (clip.samples == samples).all()


def test_what_lies_above_eight_kilohertz_is_not_heard() -> None:
    clip = decode(encoded(tone(1.0, hz=9_500.0)), LONGEST)
    assert np.abs(clip.samples[1000:-1000]).max() < 1e-4


@pytest.mark.parametrize("kind", ["MP3", "OGG", "FLAC"])
def test_two_channels_are_averaged_in_any_format(kind: str) -> None:
    both = np.stack([tone(1.0), np.zeros(48_000)], axis=1)
    clip = decode(encoded(both, kind), LONGEST)
    middle = slice(RATE // 2, -RATE // 4)
    np.testing.assert_allclose(clip.samples[middle], tone(1.0, RATE)[middle] / 2, atol=0.02)


@pytest.mark.parametrize("channels", [1, 2, 3, 8])
def test_channels_are_averaged(channels: int) -> None:
    several = np.stack([np.full(4000, 0.1 * (one + 1)) for one in range(channels)], axis=1)
    clip = decode(encoded(several, rate=RATE, subtype="FLOAT"), LONGEST)
    assert clip.channels == channels
    np.testing.assert_allclose(clip.samples, 0.1 * (channels + 1) / 2, atol=1e-6)


@pytest.mark.parametrize("kind", ["WAV", "FLAC"])
def test_a_clip_that_does_not_tell_its_length_is_read_to_its_end(kind: str) -> None:
    content = of_unknown_length(encoded(tone(1.0), kind))
    assert decode(content, LONGEST).seconds == 1.0
    with pytest.raises(ClipError, match="too long"):
        decode(content, 0.9)


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "MP3", "OGG"])
def test_a_clip_may_be_as_long_as_the_longest_and_no_longer(kind: str) -> None:
    content = encoded(tone(1.0), kind)
    assert decode(content, 1.0).seconds == 1.0
    with pytest.raises(ClipError, match=r"too long: 1\.00 s"):
        decode(content, 0.999)


def test_no_memory_is_taken_for_what_a_header_promises() -> None:
    # An hour of nothing, in a FLAC of some kilobytes.
    content = encoded(np.zeros(8_000 * 3600, np.int16), "FLAC", 8_000)
    assert len(content) < 200_000
    with pytest.raises(ClipError, match=r"too long: 3600\.00 s"):
        decode(content, LONGEST)


def test_the_decoder_is_silent_about_what_is_damaged(capfd: pytest.CaptureFixture[str]) -> None:
    content = bytearray(encoded(tone(2.0), "MP3"))
    content[len(content) // 3 : len(content) // 2] = bytes(len(content) // 2 - len(content) // 3)
    with pytest.raises(ClipError, match="damaged"):
        decode(bytes(content), LONGEST)
    assert capfd.readouterr() == ("", "")
