"""A clip's bytes to what can be worked on: one channel, 16,000 samples a second, as float32.

libsndfile decodes (MP3, WAV, FLAC, Ogg Vorbis and Opus, and what else it knows), channels are
averaged, and soxr resamples at its own default, high quality.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile  # type: ignore[import-untyped]
import soxr  # type: ignore[import-untyped]

from workloads.audio.counting import counted
from workloads.audio.quiet import quiet
from workloads.audio.reasons import ClipError, Reason
from workloads.audio.whole import missing

RATE = 16_000
# Telephones have 8,000, studios 192,000.
LOWEST_RATE, HIGHEST_RATE = 4_000, 192_000
MOST_CHANNELS = 8
# Eighteen decibels beyond what samples may be: nothing but damage decodes to that.
LOUDEST = 8.0
# What a stream that was not closed says of its length.
UNKNOWN_FRAMES = 2**63 - 1
# Of what comes before MP3, whose frames nobody counts, the length is a guess by the file's size.
GUESSED = ("MPEG_LAYER_I", "MPEG_LAYER_II")

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Clip:
    """A clip, decoded.

    Attributes:
        samples: of one channel, RATE a second; 1.0 is full scale.
        seconds: how long it was before resampling.
        sample_rate: that it was stored with.
        channels: that it was stored with.
    """

    samples: Samples
    seconds: float
    sample_rate: int
    channels: int


class _Forward(soundfile.SoundFile):  # type: ignore[misc]
    """A sound file that is read from beginning to end: seeking would decode parts of it again."""

    def seekable(self) -> bool:
        """It is not."""
        return False


def decode(content: bytes, longest: float) -> Clip:
    """Decodes, averages channels and resamples.

    Args:
        content: a sound file, whole.
        longest: how many seconds are taken at most.

    Raises:
        ClipError: it is not taken; see `Reason`.
    """
    if not content:
        raise ClipError(Reason.NO_AUDIO, "it has no bytes")
    if lack := missing(content):
        raise ClipError(Reason.DAMAGED, lack)
    # mpg123, within libsndfile, tells of each frame that is damaged.
    with quiet():
        samples, rate = _decoded(counted(content), longest)
    frames, channels = samples.shape
    mono = _mono(samples)
    if rate != RATE and frames:
        mono = soxr.resample(mono, rate, RATE)
    # No number, or one beyond all measure, is still that when it has been resampled.
    if len(mono) and not -LOUDEST < mono.min() <= mono.max() < LOUDEST:
        raise ClipError(Reason.DAMAGED, f"its samples go from {mono.min():.3g} to {mono.max():.3g}")
    return Clip(mono, frames / rate, rate, channels)


def _decoded(content: bytes, longest: float) -> tuple[Samples, int]:
    """Samples of shape (frames, channels), and how many a second."""
    try:
        file = _Forward(io.BytesIO(content))
    except soundfile.LibsndfileError as error:
        raise ClipError(Reason.NOT_AUDIO, _said(error)) from error
    with file:
        rate, most = file.samplerate, int(longest * file.samplerate)
        _check(file, most)
        try:
            samples = file.read(min(file.frames, most + 1), dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise ClipError(Reason.DAMAGED, _said(error)) from error
        if len(samples) > most:
            raise ClipError(Reason.TOO_LONG, f"more than {longest:g} s")
        if len(samples) < file.frames < UNKNOWN_FRAMES and file.subtype not in GUESSED:
            raise ClipError(
                Reason.DAMAGED, f"{len(samples) / rate:.2f} of its {file.frames / rate:.2f} s"
            )
    return samples, rate


def _check(file: Any, most: int) -> None:
    """Refuses by what the header says, before memory is taken for it."""
    rate, channels, frames = file.samplerate, file.channels, file.frames
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise ClipError(Reason.SAMPLE_RATE, f"{rate:,} samples a second")
    if channels > MOST_CHANNELS:
        raise ClipError(Reason.CHANNELS, f"{channels:,} channels")
    if most < frames < UNKNOWN_FRAMES:
        raise ClipError(Reason.TOO_LONG, f"{frames / rate:.2f} s")


def _mono(samples: Samples) -> Samples:
    """The mean of the channels."""
    channels = samples.shape[1]
    if channels == 1:
        return samples[:, 0]
    # A product, since numpy's own mean takes ten times as long over so short an axis.
    return samples @ np.full(channels, 1 / channels, np.float32)


def _said(error: Any) -> str:
    return str(error.error_string).strip().rstrip(".")
