"""Whether all of a clip is there, by what its container says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workloads.audio.sounds import encoded, of_unknown_length, tone
from workloads.audio.whole import missing

WAV = encoded(tone(0.2))
OGG = encoded(tone(0.5), "OGG")


@pytest.mark.parametrize("kind", ["WAV", "OGG", "FLAC", "MP3"])
def test_nothing_is_missing_of_a_whole_clip(kind: str) -> None:
    assert missing(encoded(tone(0.5), kind)) is None


@given(st.integers(WAV.index(b"data") + 8, len(WAV) - 1))
def test_a_wav_cut_anywhere_in_its_samples_lacks_some(length: int) -> None:
    assert missing(WAV[:length]) == f"{length - 44:,} of its 19,200 bytes of samples are there"


@given(st.integers(4, len(OGG) - 1))
def test_an_ogg_cut_anywhere_lacks_its_end(length: int) -> None:
    assert missing(OGG[:length]) in ("it ends within a page", "its last page is not there")


@pytest.mark.parametrize("behind", [b"\0", b"LIST\x04\0\0\0INFO"])
def test_what_lies_behind_the_samples_of_a_wav_is_no_matter(behind: bytes) -> None:
    assert missing(WAV + behind) is None


def test_chunks_before_the_samples_are_passed_over() -> None:
    # Of an odd length, so that there is a byte between it and the next.
    chunk = b"note\x03\0\0\0abc\0"
    assert missing(WAV[:12] + chunk + WAV[12:]) is None
    assert missing(WAV[:12] + chunk + WAV[12:-1]) is not None


def test_a_length_that_is_not_known_is_none_to_be_held_against() -> None:
    assert missing(of_unknown_length(WAV)[:-100]) is None


@pytest.mark.parametrize("content", [b"", b"RIFF", WAV[:30], b"RIFF\0\0\0\0AVI ", b"anything"])
def test_what_says_nothing_lacks_nothing(content: bytes) -> None:
    assert missing(content) is None
