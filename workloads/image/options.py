"""What is asked of the tensors, checked."""

from __future__ import annotations

import math
from dataclasses import dataclass

from errors import UsageError
from workloads.image.decode import MOST_PIXELS, Colour
from workloads.image.fit import FITS

BYTES_PER_VALUE = {"uint8": 1, "float32": 4}
LARGEST = 4096
# Of ImageNet, by which models are trained.
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
WHITE = (255, 255, 255)
CHANNELS = 3

Numbers = tuple[float, float, float]


@dataclass(frozen=True)
class Options:
    """How images become tensors.

    Attributes:
        size: how wide and high the tensors are, in pixels.
        fit: `stretch`, `crop` or `pad`.
        dtype: `uint8`, from 0 to 255, or `float32`: (value / 255 - mean) / std.
        mean, std: of each channel, for `float32`.
        background: what is seen through an image with alpha, and around one that is padded.
        most_pixels: larger images are rejected.
    """

    size: int = 224
    fit: str = "stretch"
    dtype: str = "uint8"
    mean: Numbers = MEAN
    std: Numbers = STD
    background: Colour = WHITE
    most_pixels: int = MOST_PIXELS

    def __post_init__(self) -> None:
        # As they come from JSON, these are lists.
        for name in ("mean", "std", "background"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if not _whole(self.size) or not 1 <= self.size <= LARGEST:
            raise UsageError(f"the size must be from 1 to {LARGEST} pixels, not {self.size}")
        if self.fit not in FITS:
            raise UsageError(f"'{self.fit}' is no way to fit: choose one of {', '.join(FITS)}")
        if self.dtype not in BYTES_PER_VALUE:
            known = ", ".join(BYTES_PER_VALUE)
            raise UsageError(f"'{self.dtype}' is no type of a tensor: choose one of {known}")
        if not _three(self.mean) or not _three(self.std) or 0 in self.std:
            raise UsageError("mean and std must be three finite numbers each, and none of std 0")
        if len(self.background) != CHANNELS or not all(
            _whole(value) and 0 <= value <= 255 for value in self.background
        ):
            raise UsageError("the background must be three numbers from 0 to 255")
        if not _whole(self.most_pixels) or self.most_pixels < 1:
            raise UsageError(f"there must be at least 1 pixel at the most, not {self.most_pixels}")

    @property
    def tensor_bytes(self) -> int:
        """The size of one tensor."""
        return self.size**2 * CHANNELS * BYTES_PER_VALUE[self.dtype]


def _three(values: Numbers) -> bool:
    return len(values) == CHANNELS and all(map(math.isfinite, values))


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
