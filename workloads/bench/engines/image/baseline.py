"""Images by plain Ray Data and Pillow, decoded whole, one after the other."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from workloads.bench.engines.baseline import read, write
from workloads.bench.engines.image import SIZE

ROWS_PER_BATCH = 64


def tensors(source: str, destination: str) -> None:
    """Makes tensors of every image of the source."""
    write(read(source).map_batches(_tensor_rows, batch_size=ROWS_PER_BATCH), destination)


def _tensor_rows(batch: dict[str, Any]) -> dict[str, Any]:
    images = [_upright(content) for content in batch.pop("bytes")]
    scaled = [image.resize((SIZE, SIZE), Image.Resampling.BILINEAR) for image in images]
    batch["width"] = np.array([image.width for image in images])
    batch["height"] = np.array([image.height for image in images])
    batch["tensor"] = np.stack([np.asarray(image) for image in scaled])
    return batch


def _upright(content: bytes) -> Image.Image:
    return ImageOps.exif_transpose(Image.open(io.BytesIO(content))).convert("RGB")
