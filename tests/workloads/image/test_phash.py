"""The perceptual hash against its definition, written out."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from PIL import Image

from tests.workloads.image.pictures import encoded, exif, photo, plain
from workloads.image.decode import Picture, careful, decode
from workloads.image.kinds import KINDS
from workloads.image.phash import SIDE, grey_square, hashes

# Bits of 64 that the hash of a JPEG decoded at a part of its size may differ from the definition's.
# Images count as alike up to about 10.
TOLERANCE = 2


def frequency(grey: list[list[int]], v: int, u: int) -> float:
    """One value of the two-dimensional discrete cosine transform of type II."""
    return sum(
        grey[y][x]
        * math.cos(math.pi * v * (2 * y + 1) / (2 * SIDE))
        * math.cos(math.pi * u * (2 * x + 1) / (2 * SIDE))
        for y in range(SIDE)
        for x in range(SIDE)
    )


def by_definition(image: Image.Image) -> int:
    """What ImageHash's `phash` gives."""
    small = image.convert("L").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    grey = np.asarray(small).tolist()
    lowest = [frequency(grey, v, u) for v in range(8) for u in range(8)]
    median = statistics.median(lowest)
    return int("".join("1" if value > median else "0" for value in lowest), 2)


def of(content: bytes, at_least: int = 336) -> int:
    with careful():
        found = decode(content, at_least=at_least, background=(255, 255, 255))
    assert isinstance(found, Picture)
    square = np.asarray(grey_square(found.plain, found.orientation))
    return int(hashes(square[None])[0])


def bits(one: int, other: int) -> int:
    return (one ^ other).bit_count()


def test_known_hashes() -> None:
    """As ImageHash 4.3.2 gives them for the same pixels."""
    assert f"{of(encoded(photo(320, 240, 0))):016x}" == "899ee79b0465b313"
    assert f"{of(encoded(photo(320, 240, 1))):016x}" == "d0da4825bb23277d"


@pytest.mark.parametrize("number", range(4))
def test_it_is_the_definition_s_where_all_pixels_are_decoded(number: int) -> None:
    image = photo(90, 70, number)
    assert of(encoded(image)) == by_definition(image)


@pytest.mark.parametrize("row", range(12))
def test_it_is_close_to_the_definition_s_for_a_photo(row: int) -> None:
    content = KINDS["photos"].image(3, row)
    with careful():
        whole = decode(content, at_least=10_000, background=(0, 0, 0))
    assert isinstance(whole, Picture)
    assert bits(of(content), by_definition(whole.plain)) <= TOLERANCE
    # The smallest tensors have the smallest drafts.
    assert bits(of(content, 96), by_definition(whole.plain)) <= TOLERANCE


def test_what_looks_alike_is_near_and_what_does_not_is_far() -> None:
    images = [photo(640, 480, number) for number in range(4)]
    found = [of(encoded(image)) for image in images]
    for image, hash_ in zip(images, found, strict=True):
        assert bits(of(encoded(image, "JPEG", quality=30)), hash_) <= 4
        assert bits(of(encoded(image.resize((200, 150)))), hash_) <= 4
        assert bits(of(encoded(image.convert("L"))), hash_) <= 2
    assert all(bits(one, other) >= 16 for one in found for other in found if one != other)
    assert len(set(found)) == 4


def test_it_is_that_of_the_image_upright() -> None:
    image = photo(320, 240)
    turned = image.transpose(Image.Transpose.ROTATE_90)
    assert bits(of(encoded(turned, exif=exif(6))), of(encoded(image))) <= 1
    assert bits(of(encoded(turned)), of(encoded(image))) > 16


@pytest.mark.parametrize("grey", [1, 77, 254, 255])
def test_one_colour_has_its_lowest_frequency_only(grey: int) -> None:
    # On paper all others are 0, and so must not be whatever is left of rounding.
    assert of(encoded(plain((grey,), "L"))) == 1 << 63


def test_black_has_nothing() -> None:
    assert of(encoded(plain((0,), "L"))) == 0


def test_none_have_none() -> None:
    assert hashes(np.empty((0, SIDE, SIDE), np.uint8)).shape == (0,)
