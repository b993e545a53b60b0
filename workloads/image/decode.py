"""An encoded image, of which nothing is trusted, made a plain one: grey or RGB, 8 bits, no alpha.

The sizes that a header names are looked at before anything is decoded.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
# What tells these and some others: bytes, and where they are.
SIGNATURES = (
    ("JPEG", 0, b"\xff\xd8\xff"),
    ("PNG", 0, b"\x89PNG\r\n\x1a\n"),
    ("WEBP", 8, b"WEBP"),
    ("GIF", 0, b"GIF8"),
    ("BMP", 0, b"BM"),
    ("TIFF", 0, b"II*\0"),
    ("TIFF", 0, b"MM\0*"),
    ("AVIF", 4, b"ftypavif"),
    ("HEIF", 4, b"ftyphei"),
    ("HEIF", 4, b"ftypmif1"),
    ("JPEG 2000", 4, b"jP  "),
    ("JPEG XL", 4, b"JXL "),
    ("JPEG XL", 0, b"\xff\x0a"),
)
BEGINNING = 16
# Pillow's own limit, beyond which it warns.
MOST_PIXELS = 89_478_485
# What Pillow raises where bytes are not as they should be; its errors of its own are OSErrors.
DAMAGE = (
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    OSError,
    OverflowError,
    SyntaxError,
    TypeError,
    ValueError,
    ZeroDivisionError,
    struct.error,
    zlib.error,
)
# Where a PNG says how many bits a value has, and the numbers of them that Pillow makes 8 of.
PNG_BITS_AT = 24
SCALED_BITS = (2, 4, 16)
UPRIGHT = 1
ON_THEIR_SIDE = (5, 6, 7, 8)

NULL = "null"
EMPTY = "empty"
NOT_AN_IMAGE = "not an image"
OTHER_FORMAT = "other format"
TOO_LARGE = "too large"
BROKEN = "broken"

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Reject:
    """Why an image is not taken.

    Attributes:
        reason: one of the six above.
        detail: what there is to say beyond that.
    """

    reason: str
    detail: str = ""


@dataclass(frozen=True)
class Picture:
    """A decoded image, and what it was.

    Attributes:
        plain: mode L or RGB; as it was stored, so that it may have to be turned, and a JPEG
            maybe smaller than it was.
        width, height: in pixels, of the image as it is to be seen.
        format: JPEG, PNG or WEBP.
        mode: Pillow's word for its pixels, such as RGB, L, P, CMYK, RGBA or I;16.
        orientation: EXIF's, from 1, which is upright, to 8.
        frames: how many it has; the first one is taken.
    """

    plain: Image.Image
    width: int
    height: int
    format: str
    mode: str
    orientation: int
    frames: int


@contextmanager
def careful() -> Iterator[None]:
    """Keeps Pillow from printing warnings, and from its own limit of pixels: `decode` has one."""
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def decode(
    encoded: Any, *, at_least: int, background: Colour, most_pixels: int = MOST_PIXELS
) -> Picture | Reject:
    """Decodes an image; to be called within `careful`.

    Args:
        encoded: bytes, or what has them in memory; None for an image that is missing.
        at_least: a JPEG whose sides are at least twice this is decoded at a half, a quarter or
            an eighth of its size, but never below it.
        background: what is seen through an image with alpha.
        most_pixels: larger images are not decoded.
    """
    if encoded is None:
        return Reject(NULL)
    content = memoryview(encoded)
    if not len(content):
        return Reject(EMPTY)
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
        width, height = image.size
        if width * height > most_pixels:
            return Reject(TOO_LARGE, f"{width} x {height}")
        mode, frames = image.mode, getattr(image, "n_frames", 1)
        image.draft(None, (at_least, at_least))
        image.load()
        orientation = _orientation(image)
        if image.mode in ("L", "RGB") and "transparency" in image.info:
            _scale_transparency(image, bytes(content[: PNG_BITS_AT + 1]))
        plain = _plain(image, background)
    except MemoryError:
        return Reject(TOO_LARGE, "there is not enough memory to decode it")
    except DAMAGE as error:
        return _undecodable(bytes(content[:BEGINNING]), error)
    if orientation in ON_THEIR_SIDE:
        width, height = height, width
    # A JPEG with further pictures behind it, as some phones write, is a JPEG.
    format_ = "JPEG" if image.format == "MPO" else str(image.format)
    return Picture(plain, width, height, format_, mode, orientation, frames)


def _undecodable(beginning: bytes, error: Exception) -> Reject:
    """Why it is that Pillow has not taken what begins so."""
    for name, at, signature in SIGNATURES:
        if beginning[at:].startswith(signature):
            if name not in FORMATS:
                return Reject(OTHER_FORMAT, name)
            unknown = isinstance(error, UnidentifiedImageError)
            return Reject(BROKEN, "its header makes no sense" if unknown else str(error))
    return Reject(NOT_AN_IMAGE)


def _orientation(image: Image.Image) -> int:
    """EXIF's orientation; upright where it is missing or makes no sense."""
    try:
        found = image.getexif().get(ExifTags.Base.Orientation)
    except DAMAGE:
        return UPRIGHT
    return found if isinstance(found, int) and 1 <= found <= 8 else UPRIGHT


def _plain(image: Image.Image, background: Colour) -> Image.Image:
    """The same in mode L or RGB."""
    if image.mode.startswith("I;16"):
        image = _eight_bits(image)
    if image.has_transparency_data:
        return _composited(_in_mode(image, "RGBA"), background)
    return _in_mode(image, "L" if image.mode in ("1", "L") else "RGB")


def _scale_transparency(image: Image.Image, beginning: bytes) -> None:
    """Scales what a PNG says is seen through as Pillow scales pixels, with which it compares it.

    Of 16 bits these are the upper 8.
    """
    bits = beginning[PNG_BITS_AT]
    if bits in SCALED_BITS:
        told = image.info["transparency"]
        values = [told] if isinstance(told, int) else told
        most = (1 << bits) - 1
        scaled = [value >> 8 if bits == 16 else (value & most) * 255 // most for value in values]
        image.info["transparency"] = scaled[0] if isinstance(told, int) else tuple(scaled)


def _in_mode(image: Image.Image, mode: str) -> Image.Image:
    """The image in a mode; unlike `convert`, without a copy where it is so already."""
    return image if image.mode == mode else image.convert(mode)


def _composited(image: Image.Image, background: Colour) -> Image.Image:
    plain = Image.new("RGB", image.size, background)
    plain.paste(image, mask=image.getchannel("A"))
    return plain


def _eight_bits(image: Image.Image) -> Image.Image:
    """A grey image of 16 bits in 8: Pillow would make white of all but its darkest greys."""
    values = np.asarray(image, np.uint16)
    grey = Image.fromarray((values // 257 + (values % 257 > 128)).astype(np.uint8))
    seen_through = image.info.get("transparency")
    if isinstance(seen_through, int):
        grey.putalpha(Image.fromarray(np.where(values == seen_through, 0, 255).astype(np.uint8)))
    return grey
