"""Whether all of a clip is there, by what its container says.

A decoder tells it of FLAC, and of MP3 whose frames are counted (`workloads.audio.counting`); of WAV
and Ogg it takes what there is for all.
"""

from __future__ import annotations

from collections.abc import Iterator

CHUNK_HEADER = 8
FIRST_CHUNK = 12
# What is written while it is recorded has no size yet: 0, or the most that there can be.
SIZES_UNKNOWN_FROM = 0x7FFF_0000
PAGE = b"OggS"
PAGE_HEADER = 27
PAGE_FLAGS, PAGE_SEGMENTS = 5, 26
LAST_PAGE = 4


def missing(content: bytes) -> str | None:
    """What a clip lacks at its end, in words; None where it lacks nothing, or does not say."""
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return _missing_of_wav(content)
    if content[:4] == PAGE:
        return _missing_of_ogg(content)
    return None


def _missing_of_wav(content: bytes) -> str | None:
    for name, start, size in _chunks(content):
        if name == b"data":
            there = len(content) - start
            if there < size < SIZES_UNKNOWN_FROM:
                return f"{there:,} of its {size:,} bytes of samples are there"
            return None
    return None


def _chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, beginning and size of each chunk of a WAV file."""
    at = FIRST_CHUNK
    while at + CHUNK_HEADER <= len(content):
        size = int.from_bytes(content[at + 4 : at + CHUNK_HEADER], "little")
        yield content[at : at + 4], at + CHUNK_HEADER, size
        # Chunks begin at even places.
        at += CHUNK_HEADER + size + size % 2


def _missing_of_ogg(content: bytes) -> str | None:
    at = content.rfind(PAGE)
    header = content[at : at + PAGE_HEADER]
    if len(header) < PAGE_HEADER:
        return "it ends within a page"
    table = content[at + PAGE_HEADER : at + PAGE_HEADER + header[PAGE_SEGMENTS]]
    end = at + PAGE_HEADER + header[PAGE_SEGMENTS] + sum(table)
    if len(table) < header[PAGE_SEGMENTS] or len(content) < end:
        return "it ends within a page"
    if not header[PAGE_FLAGS] & LAST_PAGE:
        return "its last page is not there"
    return None
