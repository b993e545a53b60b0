"""A perceptual hash: what looks alike has hashes that differ in few bits.

As the library ImageHash defines `phash`: the image in grey is scaled to 32 by 32 by Lanczos'
filter; of its discrete cosine transform (type II, not normalised) the 8 by 8 lowest frequencies
are taken, and each is a bit, set where it is above the median of all 64. The first bit, of the
lowest frequency, is the highest of the number, so that 16 hexadecimal digits of it read as
ImageHash writes them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from workloads.image.fit import REDUCING_GAP, turned

SIDE = 32
LOWEST = 8
# What is equal on paper may differ in its last digits on another machine.
DECIMALS = 3

_TURNS = np.pi * np.arange(LOWEST)[:, None] * (2 * np.arange(SIDE) + 1) / (2 * SIDE)
_COSINES = np.cos(_TURNS)


def grey_square(image: Image.Image, orientation: int) -> Image.Image:
    """What the hash of an image is made from: upright, 32 by 32, mode L.

    Args:
        image: of mode L or RGB.
        orientation: EXIF's.
    """
    grey = image if image.mode == "L" else image.convert("L")
    square = grey.resize((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=REDUCING_GAP)
    return turned(square, orientation)


def hashes(squares: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    """The hashes of many images.

    Args:
        squares: of `grey_square`, shape (images, 32, 32).
    """
    lowest = np.round(_COSINES @ squares.astype(np.float64) @ _COSINES.T, DECIMALS)
    lowest = lowest.reshape(len(squares), LOWEST * LOWEST)
    bits = lowest > np.median(lowest, axis=1, keepdims=True)
    return np.packbits(bits, axis=1).view(">u8")[:, 0].astype(np.uint64)
