"""The kinds of made images: how each row of a data set is cut from a scene and encoded."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import ExifTags, Image

from workloads.image.scenes import HEIGHT, NUMBER, WIDTH, scene

# As photos come: mostly lying, now and then upright.
SIZES = ((640, 480), (800, 600), (1024, 768), (1024, 768), (1280, 960), (768, 1024))
QUALITIES = (78, 92)
# What a camera does to light, at the least and at the most, in percent.
GAINS = (80, 121)
# PNG keeps all of the noise: at this part of the size it has as many bytes as the others.
PNG_SHRINKS = 3

Encoder = Callable[[Image.Image, np.random.Generator], bytes]


@dataclass(frozen=True)
class Kind:
    """A kind of made images.

    Attributes:
        encoders: what encodes, each as often as it is named.
        mean_bytes: about how large an encoded image is, measured over a thousand.
    """

    encoders: tuple[Encoder, ...]
    mean_bytes: int

    def image(self, seed: int, row: int) -> bytes:
        """The encoded image of a row, the same whichever file or machine makes it."""
        random = np.random.default_rng([seed, row, 1])
        encode = self.encoders[int(random.integers(len(self.encoders)))]
        return encode(_taken(seed, random), random)


def _taken(seed: int, random: np.random.Generator) -> Image.Image:
    """A part of a scene, in other light, and mirrored or not."""
    width, height = SIZES[int(random.integers(len(SIZES)))]
    left, top = int(random.integers(WIDTH - width + 1)), int(random.integers(HEIGHT - height + 1))
    gain = int(random.integers(*GAINS))
    part = scene(seed, int(random.integers(NUMBER)))
    part = part.crop((left, top, left + width, top + height))
    part = part.point([min(value * gain // 100, 255) for value in range(256)] * 3)
    if random.integers(2):
        part = part.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return part


def _encoded(image: Image.Image, format_: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def _quality(random: np.random.Generator) -> int:
    return int(random.integers(*QUALITIES))


def _jpeg(image: Image.Image, random: np.random.Generator) -> bytes:
    return _encoded(image, "JPEG", quality=_quality(random))


def _progressive(image: Image.Image, random: np.random.Generator) -> bytes:
    return _encoded(image, "JPEG", quality=_quality(random), progressive=True)


def _turned(image: Image.Image, random: np.random.Generator) -> bytes:
    """As a camera writes it that was not held upright."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = int(random.integers(2, 9))
    return _encoded(image, "JPEG", quality=_quality(random), exif=exif)


def _grey(image: Image.Image, random: np.random.Generator) -> bytes:
    return _jpeg(image.convert("L"), random)


def _cmyk(image: Image.Image, random: np.random.Generator) -> bytes:
    return _jpeg(image.convert("CMYK"), random)


def _webp(image: Image.Image, random: np.random.Generator) -> bytes:
    return _encoded(image, "WEBP", quality=_quality(random), method=0)


def _png(image: Image.Image, _random: np.random.Generator) -> bytes:
    return _encoded(image.reduce(PNG_SHRINKS), "PNG", compress_level=1)


def _alpha(image: Image.Image, _random: np.random.Generator) -> bytes:
    """Seen through more and more from the bottom up."""
    small = image.reduce(PNG_SHRINKS)
    small.putalpha(Image.linear_gradient("L").resize(small.size))
    return _encoded(small, "PNG", compress_level=1)


KINDS = {
    "photos": Kind((_jpeg,), 112_000),
    "mixed": Kind(
        (
            *(_jpeg,) * 4,
            *(_turned,) * 2,
            _progressive,
            _grey,
            _cmyk,
            _webp,
            _png,
            _alpha,
        ),
        130_000,
    ),
}
