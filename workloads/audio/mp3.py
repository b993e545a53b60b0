"""MP3 put together from parts that were each encoded by themselves.

All frames here are of one length, and no frame of a part looks back beyond its part, so that parts
can follow one another in any order.
"""

from __future__ import annotations

import io

import soundfile  # type: ignore[import-untyped]

from workloads.audio.voice import RATE, Pcm

KBPS_PER_CHANNEL = 64
FRAME_SAMPLES = 1152
# libsndfile's level of compression goes evenly from 320 down to 32 kbit/s.
MOST_KBPS, LEAST_KBPS = 320, 32
# Behind a header, and the place of the side information of a frame, which depends on the channels.
INFO_AT = {1: 21, 2: 36}
HAS_FRAMES_AND_BYTES = 3


def frame_bytes(channels: int) -> int:
    """How long each frame is."""
    return channels * KBPS_PER_CHANNEL * 1000 // 8 * FRAME_SAMPLES // RATE


def encoded(pcm: Pcm) -> bytes:
    """The frames of a part: of shape (samples,), or (samples, channels)."""
    channels = pcm.shape[1] if pcm.ndim > 1 else 1
    kbps = KBPS_PER_CHANNEL * channels
    sink = io.BytesIO()
    with soundfile.SoundFile(
        sink,
        "w",
        RATE,
        channels,
        format="MP3",
        subtype="MPEG_LAYER_III",
        bitrate_mode="CONSTANT",
        compression_level=(MOST_KBPS - kbps) / (MOST_KBPS - LEAST_KBPS),
    ) as file:
        file.write(pcm)
    # The first frame holds LAME's own information, on a stream that this is only a part of.
    return sink.getvalue()[frame_bytes(channels) :]


def joined(parts: list[bytes], channels: int) -> bytes:
    """A clip of parts, with a frame before them that says how long all are together."""
    size, body = frame_bytes(channels), b"".join(parts)
    at = INFO_AT[channels]
    numbers = (HAS_FRAMES_AND_BYTES, len(body) // size, size + len(body))
    info = b"Info" + b"".join(number.to_bytes(4, "big") for number in numbers)
    head = body[:4].ljust(at, b"\0") + info
    return head.ljust(size, b"\0") + body
