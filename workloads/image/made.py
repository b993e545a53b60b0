"""A made data set of images: `id`, `bytes` and `label`, the same for a seed on any machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa

from workloads.files import making
from workloads.image.kinds import KINDS

LABELS = ("street", "garden", "coast", "indoors")
BYTES_PER_FILE = 64_000_000
SCHEMA = pa.schema([("id", pa.int64()), ("bytes", pa.binary()), ("label", pa.string())])


@dataclass(frozen=True)
class ImageSpec(making.Made):
    """A data set of images, down to its last byte for one version of Pillow.

    Attributes:
        rows: how many images.
        kind: `photos`, all of them JPEG, or `mixed`: also PNG and WebP, grey, CMYK, half
            transparent, and turned by EXIF.
        seed: of all randomness.
    """

    label = "image.generate"
    noun = "images"
    mean_bytes: ClassVar = {name: kind.mean_bytes for name, kind in KINDS.items()}

    kind: str = "photos"

    @property
    def rows_per_file(self) -> int:
        """How many images a file holds at the most."""
        return BYTES_PER_FILE // self.row_bytes

    def table(self, rows: range) -> pa.Table:
        """Some rows of it; `id` is the row's number.

        Columns: id int64, bytes binary, label string.
        """
        kind = KINDS[self.kind]
        images = [kind.image(self.seed, row) for row in rows]
        labels = [LABELS[(row + self.seed) % len(LABELS)] for row in rows]
        return pa.table([list(rows), images, labels], schema=SCHEMA)
