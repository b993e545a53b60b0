"""MP3 put together from parts that were each encoded by themselves.

All frames here are of one length, and no frame of a part looks back beyond its part, so that parts
can follow one another in any order, and any of them can end sooner.
"""

from __future__ import annotations

import io

import soundfile  # type: ignore[import-untyped]

from workloads.audio.counting import HEADER_BYTES, info_frame
from workloads.audio.voice import RATE, Pcm

KBPS = 64
# libsndfile's level of compression goes evenly from 320 down to 32 kbit/s.
MOST_KBPS, LEAST_KBPS = 320, 32
FRAME_SAMPLES = 1152
FRAME_BYTES = KBPS * 1000 // 8 * FRAME_SAMPLES // RATE


def encoded(samples: Pcm) -> bytes:
    """The frames of a part of one channel."""
    sink = io.BytesIO()
    with soundfile.SoundFile(
        sink,
        "w",
        RATE,
        channels=1,
        format="MP3",
        subtype="MPEG_LAYER_III",
        bitrate_mode="CONSTANT",
        compression_level=(MOST_KBPS - KBPS) / (MOST_KBPS - LEAST_KBPS),
    ) as file:
        file.write(samples)
    # The first frame holds LAME's own information, on a stream that this is only a part of.
    return sink.getvalue()[FRAME_BYTES:]


def joined(parts: list[bytes]) -> bytes:
    """A clip of parts, with a frame before them that says how long all are together."""
    body = b"".join(parts)
    return info_frame(body[:HEADER_BYTES], len(body) // FRAME_BYTES, len(body)) + body
