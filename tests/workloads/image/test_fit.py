"""Images made square: what is seen of them, and where."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from tests.workloads.image.pictures import BLUE, CORNERS, encoded, exif, photo, plain, quarters
from workloads.image.decode import Picture, careful, decode
from workloads.image.fit import FITS, fitted

GREY = (128, 128, 128)


def made_of(content: bytes, size: int, fit: str) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    with careful():
        found = decode(content, at_least=10_000, background=GREY)
    assert isinstance(found, Picture)
    made = fitted(found.plain, size, fit, GREY, found.orientation)
    assert made.size == (size, size)
    return np.asarray(made.convert("RGB"), np.int16)


def corners(values: np.ndarray[tuple[int, ...], np.dtype[np.int16]]) -> list[tuple[int, ...]]:
    return [tuple(values[y, x].tolist()) for y in (0, -1) for x in (0, -1)]


def test_stretched_all_of_it_is_seen() -> None:
    for size in ((60, 40), (40, 60)):
        assert corners(made_of(encoded(quarters(*size)), 32, "stretch")) == list(CORNERS)


def test_cropped_the_middle_is_seen_undistorted() -> None:
    image = plain(BLUE, size=(90, 30))
    image.paste(quarters(30, 30), (30, 0))
    values = made_of(encoded(image), 30, "crop")
    assert (values == np.asarray(quarters(30, 30))).all()
    assert (
        made_of(encoded(image.transpose(Image.Transpose.ROTATE_90)), 30, "crop")
        == np.rot90(np.asarray(quarters(30, 30)))
    ).all()


def test_padded_all_of_it_is_seen_undistorted_before_the_background() -> None:
    values = made_of(encoded(quarters(60, 20)), 60, "pad")
    assert (values[:20] == GREY).all()
    assert (values[20:40] == np.asarray(quarters(60, 20))).all()
    assert (values[40:] == GREY).all()


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (3, 2), (333, 500)])
def test_any_size_is_made_square(fit: str, size: tuple[int, int]) -> None:
    values = made_of(encoded(plain(BLUE, size=size)), 33, fit)
    assert (values[16, 16] == BLUE).all()
    if fit != "pad":
        assert (values == BLUE).all()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("fit", FITS)
def test_turned_when_small_is_as_if_turned_before(fit: str, orientation: int) -> None:
    content = encoded(photo(300, 201), exif=exif(orientation))
    with Image.open(io.BytesIO(content)) as image:
        upright = encoded(ImageOps.exif_transpose(image))
    different = np.abs(made_of(content, 64, fit) - made_of(upright, 64, fit))
    # Scaling first across and then down rounds otherwise than the other way round.
    assert different.max() <= 1


def test_scaling_much_is_close_to_scaling_without_averaging_first() -> None:
    image = photo(1600, 1100)
    exact = image.resize((32, 32), Image.Resampling.BILINEAR)
    different = np.abs(made_of(encoded(image), 32, "stretch") - np.asarray(exact, np.int16))
    assert different.mean() < 0.5
    assert different.max() <= 4
