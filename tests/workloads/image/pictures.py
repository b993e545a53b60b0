"""Images to test with: plain, odd and bad ones."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache
from typing import Any

import numpy as np
from PIL import ExifTags, Image

from workloads.image.scenes import scene

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
CORNERS = (RED, GREEN, BLUE, WHITE)
PNG = b"\x89PNG\r\n\x1a\n"


def encoded(image: Image.Image, format_: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def plain(colour: tuple[int, ...], mode: str = "RGB", size: tuple[int, int] = (40, 30)) -> Any:
    return Image.new(mode, size, colour)


def quarters(width: int = 60, height: int = 40) -> Image.Image:
    """An image with a colour of its own in each corner: red and green above, blue and white."""
    image = Image.new("RGB", (width, height))
    for index, colour in enumerate(CORNERS):
        left, top = index % 2 * width // 2, index // 2 * height // 2
        image.paste(colour, (left, top, left + width // 2, top + height // 2))
    return image


@cache
def photo(width: int = 640, height: int = 480, number: int = 0) -> Image.Image:
    """A part of a made scene."""
    return scene(5, number).crop((50, 80, 50 + width, 80 + height))


def exif(orientation: object) -> Image.Exif:
    found = Image.Exif()
    found[ExifTags.Base.Orientation] = orientation
    return found


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG file."""
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def png(width: int, height: int, depth: int, colour_type: int, rows: bytes, *more: bytes) -> bytes:
    """A PNG file written by hand, with further chunks before its data."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(rows))
    return b"".join([PNG, chunk(b"IHDR", header), *more, data, chunk(b"IEND", b"")])


def deep_png(values: list[tuple[int, ...]], colour_type: int, *more: bytes) -> bytes:
    """A PNG file with 16 bits for each channel, one row high."""
    row = b"\0" + np.array(values, ">u2").tobytes()
    return png(len(values), 1, 16, colour_type, row, *more)


def flat_png(value: int, depth: int, seen_through: int) -> bytes:
    """A grey PNG file of less than 8 bits a pixel, all of one value; and a value seen through."""
    per_byte = 8 // depth
    byte = sum(value << depth * place for place in range(per_byte))
    row = b"\0" + bytes([byte])
    return png(per_byte, 1, depth, 0, row, chunk(b"tRNS", seen_through.to_bytes(2, "big")))


def jpeg_that_says(width: int, height: int) -> bytes:
    """A small JPEG file whose header says that it is so large."""
    content = encoded(photo(64, 64), "JPEG")
    frame = content.index(b"\xff\xc0")
    return content[: frame + 5] + struct.pack(">HH", height, width) + content[frame + 9 :]


def webp_that_says(width: int, height: int) -> bytes:
    """A small lossless WebP file whose header says that it is so large."""
    content = encoded(photo(64, 64), "WEBP", lossless=True)
    data = content.index(b"VP8L") + 9
    bits = (width - 1) | (height - 1) << 14
    return content[:data] + struct.pack("<I", bits) + content[data + 4 :]


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]
