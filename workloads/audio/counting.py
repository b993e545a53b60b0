"""How many frames an MP3 has, put before them where the file itself does not say it.

An MP3 is frames in a row, each of which tells its own length. Most encoders put a frame without
sound before them, in which stands "Xing" or "Info" and how many they are. Where there is none,
libsndfile's decoder takes the file for as many frames as go into it, were all as long as the first:
wrong by a lot where lengths vary, and by a little where there is a tag, or a rate of 44,100.
"""

from __future__ import annotations

from functools import cache

HEADER_BYTES = 4
SYNC = b"\xff"
# Numbers in the second byte of a header.
MPEG_1, NO_VERSION, LAYER_3 = 3, 1, 1
RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
# By number, from 1 on; 0 is a length that is nowhere told, and 15 is none.
KBPS_1 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
KBPS_2 = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
# What a frame that says how many there are is given, which is room enough at any rate.
INFO_KBPS = 5
HAS_FRAMES, HAS_BYTES = 1, 2
# Where Fraunhofer's encoders write it, which libsndfile's decoder does not look for, and within it.
VBRI_AT, VBRI_FRAMES = 36, 14
TAG_HEADER = 10
TAG_HAS_FOOTER = 0x10


def counted(content: bytes) -> bytes:
    """The file, or where it is an MP3 that does not say how many frames it has, one that does.

    A frame that is cut off counts, so that the decoder finds fewer than there are to be.
    """
    start = _behind_tags(content)
    size = frame_bytes(content, start)
    # What no second frame follows may be anything.
    if not size or not frame_bytes(content, start + size):
        return content
    first = content[start : start + size]
    told = _number(first, VBRI_AT + VBRI_FRAMES) if first[VBRI_AT:].startswith(b"VBRI") else 0
    has_info = _has_info(first)
    if has_info and _says_how_many(first):
        return content
    if told or has_info:
        start += size
    # Some of Fraunhofer's count the frame that it stands in, too.
    frames = max(_frames(content, start), told - 1)
    header = content[start : start + HEADER_BYTES]
    return info_frame(header, frames, len(content) - start) + content[start:]


def info_frame(header: bytes, frames: int, size: int) -> bytes:
    """What goes before frames so that the decoder knows how many they are.

    Args:
        header: of any of them.
        frames: how many they are.
        size: of all together, in bytes.
    """
    # Without a checksum, and never longer by a byte.
    own = bytes([header[0], header[1] | 1, INFO_KBPS << 4 | header[2] & 0x0C, header[3]])
    length = frame_bytes(own, 0)
    numbers = (HAS_FRAMES | HAS_BYTES, frames, length + size)
    told = b"Info" + b"".join(number.to_bytes(4, "big") for number in numbers)
    return (own.ljust(_info_at(own), b"\0") + told).ljust(length, b"\0")


def frame_bytes(content: bytes, at: int) -> int:
    """The length of the frame that begins there; 0 where none of layer 3 does."""
    header = content[at : at + HEADER_BYTES]
    if len(header) < HEADER_BYTES or header[0] != SYNC[0]:
        return 0
    return _length(header[1], header[2])


def _has_info(first: bytes) -> bool:
    """Whether a frame is one that the decoder takes for no sound: "Xing" or "Info" behind zeros."""
    at = _info_at(first)
    behind_checksum = HEADER_BYTES + 2
    return first[at : at + 4] in (b"Xing", b"Info") and not any(first[behind_checksum:at])


def _says_how_many(first: bytes) -> bool:
    """Whether a frame with "Xing" or "Info" in it says how many come behind it."""
    flags = _info_at(first) + 4
    return bool(_number(first, flags) & HAS_FRAMES and _number(first, flags + 4))


def _behind_tags(content: bytes) -> int:
    """Where a file goes on behind the tags (ID3v2) that it begins with, if any."""
    at = 0
    while content[at : at + 3] == b"ID3" and len(content) >= at + TAG_HEADER:
        flags, sizes = content[at + 5], content[at + 6 : at + TAG_HEADER]
        at += TAG_HEADER * (2 if flags & TAG_HAS_FOOTER else 1)
        at += sum((size & 0x7F) << shift for size, shift in zip(sizes, (21, 14, 7, 0), strict=True))
    return at


def _frames(content: bytes, at: int) -> int:
    """How many frames begin from here on, whatever else is between them and behind them."""
    frames = 0
    while at + HEADER_BYTES <= len(content):
        if size := frame_bytes(content, at):
            frames += 1
            at += size
        else:
            at = _next_frame(content, at + 1)
    return frames + (content[at : at + 1] == SYNC)


def _next_frame(content: bytes, at: int) -> int:
    """Where the next frame begins that another of its kind follows; the end where there is none."""
    while (at := content.find(SYNC, at)) >= 0:
        then = at + frame_bytes(content, at)
        if then > at and frame_bytes(content, then) and _kind(content, then) == _kind(content, at):
            return at
        at += 1
    return len(content)


@cache
def _length(second: int, third: int) -> int:
    """The length of a frame by two bytes of its header; 0 where they are none of layer 3."""
    version, layer = second >> 3 & 3, second >> 1 & 3
    kbps, rate, padding = third >> 4, third >> 2 & 3, third >> 1 & 1
    if (
        second >> 5 != 7
        or version == NO_VERSION
        or layer != LAYER_3
        or kbps in (0, 15)
        or rate == 3
    ):
        return 0
    if version == MPEG_1:
        return 144_000 * KBPS_1[kbps - 1] // RATES[version][rate] + padding
    return 72_000 * KBPS_2[kbps - 1] // RATES[version][rate] + padding


def _kind(content: bytes, at: int) -> tuple[int, int]:
    """Version, layer and rate of a frame."""
    return content[at + 1] | 1, content[at + 2] & 0x0C


def _info_at(header: bytes) -> int:
    """Where "Xing" or "Info" begins in a frame: behind what it has on its sound."""
    one_channel = header[3] >> 6 == 3
    if header[1] >> 3 & 3 == MPEG_1:
        return HEADER_BYTES + (17 if one_channel else 32)
    return HEADER_BYTES + (9 if one_channel else 17)


def _number(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 4], "big")
