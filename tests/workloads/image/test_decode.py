"""Images of every kind, and what is none: decoded as they are to be seen, or rejected."""

from __future__ import annotations

import io
import random
import warnings
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from tests.workloads.image.pictures import (
    BLUE,
    GREEN,
    RED,
    WHITE,
    chunk,
    deep_png,
    encoded,
    exif,
    flat_png,
    half,
    jpeg_that_says,
    photo,
    plain,
    png,
    quarters,
    webp_that_says,
)
from tests.workloads.programs import peak_bytes
from workloads.image.decode import (
    BROKEN,
    EMPTY,
    MOST_PIXELS,
    NOT_AN_IMAGE,
    NULL,
    OTHER_FORMAT,
    TOO_LARGE,
    Picture,
    Reject,
    careful,
    decode,
)

MB = 1_000_000
PALE = (200, 180, 160)
# A hundred million pixels, and fifty million bytes of a comment, in a few kilobytes each.
BOMB = encoded(Image.new("1", (10_000, 10_000)))
COMMENT = chunk(b"zTXt", b"comment\0\0" + zlib.compress(bytes(50 * MB)))
PLAIN_PNG = encoded(quarters())

BAD: dict[str, tuple[bytes | None, str, str]] = {
    "null": (None, NULL, ""),
    "no bytes": (b"", EMPTY, ""),
    "a letter": (b"x", NOT_AN_IMAGE, ""),
    "text": (b"502 Bad Gateway: the proxy could not reach it", NOT_AN_IMAGE, ""),
    "zeros": (bytes(1000), NOT_AN_IMAGE, ""),
    "GIF": (encoded(quarters(), "GIF"), OTHER_FORMAT, "GIF"),
    "BMP": (encoded(quarters(), "BMP"), OTHER_FORMAT, "BMP"),
    "TIFF": (encoded(quarters(), "TIFF"), OTHER_FORMAT, "TIFF"),
    "AVIF": (b"\0\0\0\x20ftypavif" + bytes(100), OTHER_FORMAT, "AVIF"),
    "HEIF": (b"\0\0\0\x18ftypheic" + bytes(100), OTHER_FORMAT, "HEIF"),
    "half a JPEG": (half(encoded(photo(), "JPEG")), BROKEN, "image file is truncated"),
    "half a progressive JPEG": (
        half(encoded(photo(), "JPEG", progressive=True)),
        BROKEN,
        "image file is truncated",
    ),
    "half a PNG": (half(encoded(photo())), BROKEN, "image file is truncated"),
    "half a WebP": (half(encoded(photo(), "WEBP")), BROKEN, "could not create decoder"),
    "the first bytes of a JPEG": (encoded(photo(), "JPEG")[:20], BROKEN, "its header makes no"),
    "the first bytes of a PNG": (PLAIN_PNG[:20], BROKEN, "Truncated File Read"),
    "the first bytes of a WebP": (encoded(photo(), "WEBP")[:20], BROKEN, "could not create"),
    "nothing behind JPEG's signature": (b"\xff\xd8\xff" + b"x" * 500, BROKEN, "its header makes"),
    "PNG with a wrong sum": (PLAIN_PNG[:29] + bytes(4) + PLAIN_PNG[33:], BROKEN, "its header"),
    "PNG without data": (png(9, 9, 8, 2, b""), BROKEN, "image file is truncated"),
    "PNG with noise for data": (
        png(9, 9, 8, 2, b"", chunk(b"IDAT", b"noise")),
        BROKEN,
        "broken data stream",
    ),
    "PNG of no height": (png(9, 0, 8, 2, b""), BROKEN, "its header makes no sense"),
    "PNG with a bomb for a comment": (
        png(1, 1, 8, 2, bytes(4), COMMENT),
        BROKEN,
        "Decompressed data too large",
    ),
    "bomb": (BOMB, TOO_LARGE, "10000 x 10000"),
    "JPEG that says it is huge": (jpeg_that_says(65_500, 65_500), TOO_LARGE, "65500 x 65500"),
    "PNG that says it is huge": (png(2**30, 2**30, 8, 2, b""), TOO_LARGE, "1073741824 x"),
    "WebP that says it is huge": (webp_that_says(16_383, 16_383), TOO_LARGE, "16383 x 16383"),
    "WebP that says it is larger": (webp_that_says(900, 900), BROKEN, "failed to read next frame"),
}
# Their bytes, format, mode, frames, and the colour to be seen.
ODD: dict[str, tuple[bytes, str, str, int, tuple[int, int, int]]] = {
    "JPEG": (encoded(plain(PALE), "JPEG", quality=95), "JPEG", "RGB", 1, PALE),
    "progressive JPEG": (encoded(plain(PALE), "JPEG", progressive=True), "JPEG", "RGB", 1, PALE),
    "JPEG in grey": (encoded(plain((90,), "L"), "JPEG"), "JPEG", "L", 1, (90, 90, 90)),
    "JPEG in CMYK": (
        encoded(plain(PALE).convert("CMYK"), "JPEG", quality=100, subsampling=0),
        "JPEG",
        "CMYK",
        1,
        PALE,
    ),
    "JPEG with more pictures behind it": (
        encoded(plain(PALE), "MPO", save_all=True, append_images=[plain(RED)]),
        "JPEG",
        "RGB",
        2,
        PALE,
    ),
    "JPEG with junk behind it": (
        encoded(plain(PALE), "JPEG") + b"junk" * 99,
        "JPEG",
        "RGB",
        1,
        PALE,
    ),
    "PNG": (encoded(plain(PALE)), "PNG", "RGB", 1, PALE),
    "PNG in grey": (encoded(plain((90,), "L")), "PNG", "L", 1, (90, 90, 90)),
    "PNG in black and white": (encoded(plain((1,), "1")), "PNG", "1", 1, WHITE),
    "PNG with a palette": (encoded(plain(PALE).quantize(4)), "PNG", "P", 1, PALE),
    "PNG with a palette seen through": (
        encoded(plain(PALE).quantize(4), transparency=0),
        "PNG",
        "P",
        1,
        GREEN,
    ),
    "PNG with alpha": (encoded(plain((255, 0, 0, 51), "RGBA")), "PNG", "RGBA", 1, (51, 204, 0)),
    "PNG in grey with alpha": (encoded(plain((255, 51), "LA")), "PNG", "LA", 1, (51, 255, 51)),
    "PNG with a colour seen through": (
        encoded(plain(PALE), transparency=PALE),
        "PNG",
        "RGB",
        1,
        GREEN,
    ),
    "PNG with another seen through": (
        encoded(plain(PALE), transparency=RED),
        "PNG",
        "RGB",
        1,
        PALE,
    ),
    "PNG in black, seen through": (encoded(plain((0,), "1"), transparency=0), "PNG", "1", 1, GREEN),
    "PNG in white, seen through": (flat_png(1, 1, 1), "PNG", "1", 1, GREEN),
    "PNG of 2 bits seen through": (flat_png(2, 2, 2), "PNG", "L", 1, GREEN),
    "PNG of 2 bits with another seen through": (flat_png(1, 2, 2), "PNG", "L", 1, (85, 85, 85)),
    "PNG of 4 bits seen through": (flat_png(11, 4, 11), "PNG", "L", 1, GREEN),
    "PNG of 4 bits with another seen through": (flat_png(1, 4, 0), "PNG", "L", 1, (17, 17, 17)),
    # Bits that a value has not are none of what is told either.
    "PNG of 4 bits seen through by more": (flat_png(11, 4, 0xFFFB), "PNG", "L", 1, GREEN),
    # 16 bits: 0x8000 is 32,768 of 65,535, and so 128 of 255.
    "PNG of 16 bits in grey": (deep_png([(0x8000,)] * 9, 0), "PNG", "I;16", 1, (128, 128, 128)),
    "PNG of 16 bits in grey seen through": (
        deep_png([(0x8000,)] * 9, 0, chunk(b"tRNS", b"\x80\0")),
        "PNG",
        "I;16",
        1,
        GREEN,
    ),
    "PNG of 16 bits in grey with alpha": (
        deep_png([(0x8000, 0xFFFF)] * 9, 4),
        "PNG",
        "RGBA",
        1,
        (128, 128, 128),
    ),
    "PNG of 16 bits": (deep_png([(0x8000, 0, 0xFFFF)] * 9, 2), "PNG", "RGB", 1, (128, 0, 255)),
    "PNG of 16 bits seen through": (
        deep_png([(0x1234, 0x5678, 0x9ABC)] * 9, 2, chunk(b"tRNS", b"\x12\x34\x56\x78\x9a\xbc")),
        "PNG",
        "RGB",
        1,
        GREEN,
    ),
    # Its upper eight bits are the lower ones of what is seen through.
    "PNG of 16 bits with another seen through": (
        deep_png([(0x3434,) * 3] * 9, 2, chunk(b"tRNS", b"\x12\x34" * 3)),
        "PNG",
        "RGB",
        1,
        (0x34, 0x34, 0x34),
    ),
    "PNG that moves": (
        encoded(plain(PALE), save_all=True, append_images=[plain(RED), plain(BLUE)]),
        "PNG",
        "RGB",
        3,
        PALE,
    ),
    "WebP": (encoded(plain(PALE), "WEBP", lossless=True), "WEBP", "RGB", 1, PALE),
    "WebP with alpha": (
        encoded(plain((255, 0, 0, 51), "RGBA"), "WEBP", lossless=True),
        "WEBP",
        "RGBA",
        1,
        (51, 204, 0),
    ),
    "WebP that moves": (
        encoded(plain(PALE), "WEBP", save_all=True, append_images=[plain(RED)] * 2, lossless=True),
        "WEBP",
        "RGB",
        2,
        PALE,
    ),
    "PNG of one pixel": (encoded(plain(PALE, size=(1, 1))), "PNG", "RGB", 1, PALE),
    "PNG of one column": (encoded(plain(PALE, size=(1, 3000))), "PNG", "RGB", 1, PALE),
}
WHOLE = [content for content, *_ in ODD.values()]
DECODE_BOMBS = """
import sys
from workloads.image.decode import careful, decode
from tests.workloads.image.test_decode import BAD
with careful():
    for name in sys.argv[1:]:
        print(decode(BAD[name][0], at_least=224, background=(0, 0, 0)))
"""


def decoded(content: Any, at_least: int = 10_000, **settings_: Any) -> Picture | Reject:
    """Through which green is seen."""
    with careful():
        return decode(content, at_least=at_least, background=GREEN, **settings_)


def picture(content: bytes, **settings_: Any) -> Picture:
    found = decoded(content, **settings_)
    assert isinstance(found, Picture), found
    return found


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_good_is_rejected_for_its_reason(name: str) -> None:
    content, reason, detail = BAD[name]
    found = decoded(content)
    assert isinstance(found, Reject)
    assert found.reason == reason
    assert found.detail.startswith(detail)
    assert bool(detail) == bool(found.detail)


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_is_decoded_as_it_is_to_be_seen(name: str) -> None:
    content, format_, mode, frames, colour = ODD[name]
    found = picture(content)
    assert (found.format, found.mode, found.frames) == (format_, mode, frames)
    assert found.orientation == 1
    assert (found.width, found.height) == found.plain.size
    values = np.asarray(found.plain.convert("RGB"), np.int16)
    assert np.abs(values - colour).max() <= (2 if format_ == "JPEG" else 0)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_size_and_orientation_are_those_to_be_seen(format_: str, orientation: int) -> None:
    content = encoded(quarters(60, 40), format_, exif=exif(orientation))
    found = picture(content)
    assert found.orientation == orientation
    with Image.open(io.BytesIO(content)) as image:
        assert (found.width, found.height) == ImageOps.exif_transpose(image).size


@pytest.mark.parametrize("orientation", [0, 9, 65_535])
def test_an_orientation_that_there_is_not_is_none(orientation: int) -> None:
    assert picture(encoded(quarters(), "JPEG", exif=exif(orientation))).orientation == 1


def test_xmp_tells_the_orientation_too() -> None:
    told = PngInfo()
    told.add_itxt("XML:com.adobe.xmp", '<rdf:Description tiff:Orientation="6"/>')
    found = picture(encoded(quarters(60, 40), pnginfo=told))
    assert (found.orientation, found.width, found.height) == (6, 40, 60)


def test_16_bits_are_scaled_to_the_nearest_of_8() -> None:
    values = np.arange(65_536)
    found = picture(deep_png([(value,) for value in range(65_536)], 0))
    assert (np.asarray(found.plain)[0] == np.round(values / 257)).all()


@pytest.mark.parametrize("broken", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0junk"])
def test_broken_exif_costs_no_image(broken: bytes) -> None:
    content = encoded(quarters(), "JPEG", exif=broken)
    found = picture(content)
    assert (found.orientation, found.plain.size) == (1, (60, 40))


def test_what_is_smaller_in_the_end_is_decoded_smaller() -> None:
    content = encoded(photo(1024, 768), "JPEG")
    sizes = {edge: picture(content, at_least=edge).plain.size for edge in (96, 97, 384, 385)}
    assert sizes == {96: (128, 96), 97: (256, 192), 384: (512, 384), 385: (1024, 768)}
    found = picture(content, at_least=96)
    assert (found.width, found.height) == (1024, 768)


def test_the_limit_of_pixels_is_exact() -> None:
    content = encoded(plain(RED, size=(40, 30)))
    assert isinstance(decoded(content, most_pixels=1200), Picture)
    assert decoded(content, most_pixels=1199) == Reject(TOO_LARGE, "40 x 30")


def test_pillows_own_limit_and_warnings_are_as_before() -> None:
    before = Image.MAX_IMAGE_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(decoded(BOMB, most_pixels=10**8), Picture)
    assert Image.MAX_IMAGE_PIXELS == before == MOST_PIXELS


def test_bombs_take_no_memory() -> None:
    bombs = [name for name, (_, reason, _) in BAD.items() if reason == TOO_LARGE]
    assert len(bombs) == 4
    none = peak_bytes(DECODE_BOMBS)
    assert peak_bytes(DECODE_BOMBS, *bombs, "PNG with a bomb for a comment") < none + 60 * MB


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.randoms(use_true_random=False), st.integers(1, 8))
def test_damage_of_any_kind_is_an_image_or_a_reason(
    which: int, chance: random.Random, times: int
) -> None:
    content = bytearray(WHOLE[which])
    for _ in range(times):
        at = chance.randrange(min(len(content), 500))
        kind = chance.randrange(4)
        if kind == 0:
            content[at] = chance.randrange(256)
        elif kind == 1:
            content[at : at + chance.randrange(1, 40)] = b""
        elif kind == 2:
            content[at:at] = chance.randbytes(4)
        else:
            content = content[: at + 1]
        content = content or bytearray(b"x")
    found = decoded(bytes(content), most_pixels=10**6)
    if isinstance(found, Reject):
        assert found.reason in {NOT_AN_IMAGE, OTHER_FORMAT, TOO_LARGE, BROKEN}
    else:
        assert found.plain.mode in {"L", "RGB"}
