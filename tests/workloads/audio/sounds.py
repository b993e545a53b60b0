"""Clips to test with, and ways in which they are bad."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile  # type: ignore[import-untyped]

from workloads.audio.counting import frame_bytes

Samples = npt.NDArray[np.float64]
# Of ID3v2, a kilobyte of nothing; and of ID3v1, which has its place behind the sound.
TAG = b"ID3\x04\0\0\0\0\x08\0" + bytes(1024)
OLD_TAG = b"TAG" + bytes(125)
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


def mp3(
    samples: npt.NDArray[Any], rate: int = 48_000, mode: str = "VARIABLE", level: float = 0.4
) -> bytes:
    """An MP3 whose first frame, LAME's, says how many come behind it."""
    sink = io.BytesIO()
    channels = samples.shape[1] if samples.ndim > 1 else 1
    with soundfile.SoundFile(
        sink, "w", rate, channels, format="MP3", bitrate_mode=mode, compression_level=level
    ) as file:
        file.write(samples)
    return sink.getvalue()


def mp3_frames(content: bytes) -> list[bytes]:
    """The frames of an MP3."""
    frames = []
    while content:
        length = frame_bytes(content, 0)
        assert length
        frames.append(content[:length])
        content = content[length:]
    return frames


def uncounted(content: bytes) -> bytes:
    """An MP3 as encoders write it that do not say how many frames it has."""
    return b"".join(mp3_frames(content)[1:])


def loud_and_quiet(seconds: float, rate: int = 48_000) -> Samples:
    """Noise, and a soft tone behind it: frames of a hundred bytes come after ones of a thousand."""
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, round(seconds * rate))
    return np.concatenate([noise, tone(seconds, rate, peak=0.02)])


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
