"""An MP3 is as long as its frames are many, whether it says so or not."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workloads.audio.sounds import (
    OLD_TAG,
    TAG,
    encoded,
    loud_and_quiet,
    mp3,
    mp3_frames,
    tone,
    uncounted,
)
from workloads.audio.counting import counted
from workloads.audio.decode import decode
from workloads.audio.reasons import ClipError

LONGEST = 30.0
# The decoder leaves out what any decoder lags behind, and LAME's header has it leave out more.
LAG, OF_LAME = 529, 576
VARIABLE = mp3(loud_and_quiet(1.0))
INFO, *FRAMES = mp3_frames(VARIABLE)
WHOLE = uncounted(VARIABLE)
BEHIND = st.sampled_from([b"", OLD_TAG, bytes(3000), b"APETAGEX" + bytes(range(256)) * 40])


def due(frames: int, rate: int = 48_000) -> float:
    """How many seconds there are in so many frames."""
    return (frames * (1152 if rate >= 32_000 else 576) - LAG) / rate


def said(content: bytes) -> int:
    """How many samples libsndfile takes a file to have."""
    return int(soundfile.info(io.BytesIO(content)).frames)


def with_count_of(told: int) -> bytes:
    """A clip as Fraunhofer's encoders begin it."""
    numbers = bytes(10) + (1000).to_bytes(4, "big") + told.to_bytes(4, "big")
    return (INFO[:4] + bytes(32) + b"VBRI" + numbers[4:]).ljust(len(INFO), b"\0") + WHOLE


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("mode", ["CONSTANT", "VARIABLE"])
@pytest.mark.parametrize("loud_first", [True, False])
def test_frames_of_any_kind_are_all_decoded(
    rate: int, channels: int, mode: str, *, loud_first: bool
) -> None:
    one = loud_and_quiet(1.0, rate)[:: 1 if loud_first else -1]
    content = mp3(np.stack([one] * channels, axis=1), rate, mode)
    frames = mp3_frames(content)[1:]
    if mode == "VARIABLE":
        assert len({len(frame) for frame in frames}) > 3
    assert decode(b"".join(frames), LONGEST).seconds == due(len(frames), rate)
    # From amid it, where what the first frames need has been left out, too.
    half = len(frames) // 2
    assert decode(b"".join(frames[half:]), LONGEST).seconds == due(len(frames) - half, rate)


def test_what_is_decoded_is_the_same_with_and_without_a_count() -> None:
    content = mp3(loud_and_quiet(1.0, 16_000), 16_000)
    with_count, without = (decode(one, LONGEST) for one in (content, uncounted(content)))
    samples = without.samples[OF_LAME:][: len(with_count.samples)]
    np.testing.assert_allclose(samples, with_count.samples[: len(samples)], atol=1e-6)
    assert len(samples) > 0.99 * len(with_count.samples)


@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize(
    "before", [b"", TAG, TAG + TAG, b"ID3\x04\0\x10\0\0\0\x04" + bytes(4 + 10) + TAG]
)
@pytest.mark.parametrize("behind", [b"", OLD_TAG, bytes(3000), b"APETAGEX" + bytes(range(256))])
def test_tags_are_no_sound(before: bytes, behind: bytes, rate: int) -> None:
    frames = mp3_frames(mp3(tone(1.0, rate), rate, "CONSTANT"))[1:]
    content = before + b"".join(frames) + behind
    assert decode(content, LONGEST).seconds == due(len(frames), rate)


def test_a_tag_between_two_clips_is_none_either() -> None:
    assert decode(WHOLE + TAG + WHOLE, LONGEST).seconds == due(2 * len(FRAMES))


@settings(max_examples=60, deadline=None)
@given(st.integers(len(FRAMES[0]) + len(FRAMES[1]) + 1, len(WHOLE) - 1), st.booleans())
def test_a_clip_that_is_cut_within_a_frame_is_damaged(length: int, tagged: bool) -> None:
    ends = np.cumsum([len(frame) for frame in FRAMES])
    content = TAG * tagged + WHOLE[:length]
    if length in ends:
        assert decode(content, LONGEST).seconds == due(list(ends).index(length) + 1)
    else:
        with pytest.raises(ClipError, match=r"damaged: \d\.\d\d of its \d\.\d\d s"):
            decode(content, LONGEST)


def test_a_clip_that_becomes_another_within_is_damaged() -> None:
    other = uncounted(mp3(tone(1.0, 44_100), 44_100))
    with pytest.raises(ClipError, match=r"damaged: 2\.03 of its 2\.99 s"):
        decode(WHOLE + other, LONGEST)


def test_frames_that_are_not_there_are_missed_whoever_counted_them() -> None:
    for content in (VARIABLE, with_count_of(len(FRAMES))):
        with pytest.raises(ClipError, match="damaged"):
            decode(content[: -sum(map(len, FRAMES[-9:]))], LONGEST)


@pytest.mark.parametrize("more", [0, 1])
def test_a_count_of_fraunhofers_is_the_decoders_too(more: int) -> None:
    assert decode(with_count_of(len(FRAMES) + more), LONGEST).seconds == due(len(FRAMES))


def test_a_header_without_a_count_gets_one() -> None:
    at = INFO.index(b"Xing") + 4
    for flags, number in ((0, b""), (1, bytes(4))):
        info = (INFO[:at] + flags.to_bytes(4, "big") + number).ljust(len(INFO), b"\0")
        assert said(info + WHOLE) != said(counted(info + WHOLE))
        assert decode(info + WHOLE, LONGEST).seconds == due(len(FRAMES))


def test_a_header_that_the_decoder_takes_for_sound_is_a_frame() -> None:
    info = INFO[:10] + b"x" + INFO[11:]
    assert decode(info + WHOLE, LONGEST).seconds == due(1 + len(FRAMES))


def test_the_longest_is_known_before_anything_is_decoded() -> None:
    with pytest.raises(ClipError, match=rf"too long: {due(len(FRAMES)):.2f} s"):
        decode(WHOLE, 1.9)


@pytest.mark.parametrize("rate", [0, 1, 2])
@pytest.mark.parametrize("tag", [b"", TAG])
def test_the_guess_at_what_comes_before_mp3_is_not_held_against_it(rate: int, tag: bytes) -> None:
    # Layer 2, at 128 kbit/s, of nothing.
    length = 144 * 128_000 // (44_100, 48_000, 32_000)[rate]
    frame = bytes([0xFF, 0xFD, 8 << 4 | rate << 2, 0xC0]).ljust(length, b"\0")
    assert len(decode(tag + frame * 100, LONGEST).samples) > 0


@pytest.mark.parametrize(
    "content",
    [
        *(encoded(tone(0.2), kind) for kind in ("WAV", "FLAC", "OGG", "MP3")),
        TAG + VARIABLE,
        VARIABLE + OLD_TAG,
        FRAMES[0],
        FRAMES[0] + b"anything",
        TAG,
        TAG + encoded(tone(0.2), "FLAC"),
        b"",
        b"\xff",
    ],
)
def test_what_says_how_long_it_is_or_is_no_mp3_stays(content: bytes) -> None:
    assert counted(content) is content


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        [b"", TAG, b"ID3", FRAMES[0], VARIABLE, WHOLE[:2000], with_count_of(2**32 - 1)]
    ),
    st.binary(max_size=200),
    BEHIND,
)
def test_anything_may_be_looked_at(begin: bytes, within: bytes, behind: bytes) -> None:
    content = begin + within + behind
    assert counted(content).endswith(content[-100:])
