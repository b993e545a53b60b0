"""The tensors of a table, and what their images were."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workloads.files.columns import EncodedFiles
from workloads.files.functions import REASON
from workloads.image.decode import Picture, Reject, careful, decode
from workloads.image.fit import fitted
from workloads.image.options import CHANNELS, Options
from workloads.image.phash import SIDE, grey_square, hashes

TENSOR = "tensor"
FACTS = (
    ("width", pa.int32()),
    ("height", pa.int32()),
    ("format", pa.string()),
    ("mode", pa.string()),
    ("orientation", pa.int8()),
    ("frames", pa.int32()),
)
PHASH = "phash"
SHA256 = "sha256"
DETAIL = "detail"
# A JPEG is decoded at a half, a quarter or an eighth where that leaves so many times the size, and
# enough for the hash: its difference to all of it is less than that of one filter to another.
DRAFT_GAP = 1.5
LEAST_DRAFT = 3 * SIDE

Pixels = npt.NDArray[np.uint8]


class Batch:
    """The tensors of a table, in memory that is allocated once.

    Attributes:
        kept: the rows that have become tensors, in order.
        rejected: the other rows, in order.
    """

    def __init__(self, rows: int, options: Options) -> None:
        self.kept: list[int] = []
        self.rejected: list[int] = []
        self._options = options
        self._pixels: Pixels = np.empty((rows, options.size, options.size, CHANNELS), np.uint8)
        self._squares: Pixels = np.empty((rows, SIDE, SIDE), np.uint8)
        self._pictures: list[tuple[Any, ...]] = []
        self._rejects: list[tuple[str | None, Reject]] = []

    def add(self, encoded: EncodedFiles) -> None:
        """Decodes all images of the table."""
        options = self._options
        at_least = max(int(options.size * DRAFT_GAP), LEAST_DRAFT)
        with careful():
            for row, image in enumerate(encoded):
                made = decode(
                    image,
                    at_least=at_least,
                    background=options.background,
                    most_pixels=options.most_pixels,
                )
                if isinstance(made, Reject):
                    digest = None if image is None else hashlib.sha256(image).hexdigest()
                    self.rejected.append(row)
                    self._rejects.append((digest, made))
                else:
                    self._take(made)
                    self.kept.append(row)

    def _take(self, picture: Picture) -> None:
        options, at = self._options, len(self.kept)
        turn = picture.orientation
        small = fitted(picture.plain, options.size, options.fit, options.background, turn)
        values = np.asarray(small)
        # One grey serves all three channels.
        self._pixels[at] = values if small.mode == "RGB" else values[..., None]
        self._squares[at] = np.asarray(grey_square(picture.plain, turn))
        self._pictures.append(tuple(getattr(picture, name) for name, _ in FACTS))

    def columns(self, prefix: str) -> dict[str, pa.Array]:
        """What is added to the rows that are kept."""
        facts = zip(*self._pictures, strict=True) if self._pictures else [[] for _ in FACTS]
        columns = {
            name: pa.array(values, kind) for (name, kind), values in zip(FACTS, facts, strict=True)
        }
        columns[PHASH] = pa.array(hashes(self._squares[: len(self.kept)]))
        columns[TENSOR] = tensor_array(self._values())
        return {f"{prefix}{name}": values for name, values in columns.items()}

    def reasons(self, prefix: str) -> dict[str, pa.Array]:
        """What is added to the rows that are rejected."""
        return {
            f"{prefix}{SHA256}": pa.array([digest for digest, _ in self._rejects], pa.string()),
            REASON: pa.array([reject.reason for _, reject in self._rejects], pa.string()),
            DETAIL: pa.array([reject.detail for _, reject in self._rejects], pa.string()),
        }

    def _values(self) -> npt.NDArray[Any]:
        options, pixels = self._options, self._pixels[: len(self.kept)]
        if options.dtype == "uint8":
            return pixels
        mean, std = (np.array(one, np.float32) for one in (options.mean, options.std))
        values = np.subtract(pixels, mean * 255, dtype=np.float32)
        values *= 1 / (std * 255)
        return values


def tensor_array(values: npt.NDArray[Any]) -> pa.Array:
    """An Arrow array of the tensors, not copied."""
    shape = values.shape[1:]
    flat = pa.array(values.reshape(-1))
    kind = pa.fixed_shape_tensor(flat.type, shape, dim_names=["height", "width", "channel"])
    rows = pa.FixedSizeListArray.from_arrays(flat, int(np.prod(shape)))
    return pa.ExtensionArray.from_storage(kind, rows)
