"""Clips to test with, and ways in which they are bad."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile  # type: ignore[import-untyped]

Samples = npt.NDArray[np.float64]
SUBTYPES = {"MP3": "MPEG_LAYER_III", "WAV": "PCM_16", "FLAC": "PCM_16", "OGG": "VORBIS"}


def tone(seconds: float, rate: int = 48_000, hz: float = 440.0, peak: float = 0.25) -> Samples:
    """A sine."""
    return peak * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)


def between_silences(before: float, seconds: float, behind: float, rate: int = 48_000) -> Samples:
    """A sine with nothing before and behind it."""
    ends = [np.zeros(round(length * rate)) for length in (before, behind)]
    return np.concatenate([ends[0], tone(seconds, rate), ends[1]])


def encoded(
    samples: npt.NDArray[Any], kind: str = "WAV", rate: int = 48_000, subtype: str | None = None
) -> bytes:
    """A file of sound."""
    sink = io.BytesIO()
    soundfile.write(sink, samples, rate, format=kind, subtype=subtype or SUBTYPES[kind])
    return sink.getvalue()


def flipped(content: bytes, start: int, seed: int = 0) -> bytes:
    """The file with some of its bytes turned around, from `start` on."""
    damaged = bytearray(content)
    for at in np.random.default_rng(seed).integers(start, len(content), 20):
        damaged[at] ^= 0xFF
    return bytes(damaged)


def of_unknown_length(content: bytes) -> bytes:
    """A FLAC or WAV file as it is written to where nobody can go back to: it tells no length."""
    stream = bytearray(content)
    if content[:4] == b"fLaC":
        # The last 36 bits of eight in its description.
        stream[21] &= 0xF0
        stream[22:26] = bytes(4)
    else:
        at = content.index(b"data")
        stream[4:8] = stream[at + 4 : at + 8] = b"\xff" * 4
    return bytes(stream)
