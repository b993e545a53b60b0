"""Images that look and compress like photos, from integers alone: the same on any machine."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1600, 1200
NUMBER = 4
# Light and shade of every size, from half the image down to two pixels; colours change slower.
LIGHT_PERIODS = (768, 256, 96, 32, 12, 4, 2)
LIGHT_HEIGHTS = (60, 44, 32, 22, 15, 10, 6)
COLOUR_PERIODS = (768, 192)
COLOUR_HEIGHTS = (50, 20)
SHAPES = 60
LARGEST_SHAPE = 420
SOFTNESS = 1

Values = npt.NDArray[np.int16]


@lru_cache(maxsize=NUMBER)
def scene(seed: int, number: int) -> Image.Image:
    """One of `NUMBER` large images that those of a data set are cut from.

    Mode RGB, WIDTH by HEIGHT. Objects with edges, and texture on all of it.
    """
    random = np.random.default_rng([seed, number])
    image = Image.new("RGB", (WIDTH, HEIGHT), _colour(random))
    draw = ImageDraw.Draw(image)
    for _ in range(SHAPES):
        left, top = (int(random.integers(-100, end)) for end in (WIDTH, HEIGHT))
        right, bottom = (start + int(random.integers(20, LARGEST_SHAPE)) for start in (left, top))
        shape = draw.ellipse if random.integers(2) else draw.rectangle
        shape((left, top, right, bottom), fill=_colour(random))
    values = np.asarray(image.filter(ImageFilter.GaussianBlur(SOFTNESS)), np.int16) // 2 + 64
    values += _noise(random, LIGHT_PERIODS, LIGHT_HEIGHTS)[..., None]
    for channel in range(3):
        values[..., channel] += _noise(random, COLOUR_PERIODS, COLOUR_HEIGHTS)
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def _colour(random: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = (int(value) for value in random.integers(0, 256, 3))
    return red, green, blue


def _noise(
    random: np.random.Generator, periods: tuple[int, ...], heights: tuple[int, ...]
) -> Values:
    """Waves around 0, for each period up to as high as said.

    Pillow scales 8-bit images in whole numbers, so that no machine rounds otherwise than another.
    """
    total = np.zeros((HEIGHT, WIDTH), np.int16)
    for period, height in zip(periods, heights, strict=True):
        size = (-(-HEIGHT // period) + 1, -(-WIDTH // period) + 1)
        grid = Image.fromarray(random.integers(0, 256, size, np.uint8))
        wave = grid.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
        total += (np.asarray(wave, np.int16) - 128) * height // 128
    return total
