"""Images read, and as many bytes written as their tensors have."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from workloads.bench.case import Split
from workloads.bench.engines.floor import copy
from workloads.bench.engines.image import SIZE
from workloads.files.columns import BYTES
from workloads.image.batch import TENSOR, tensor_array
from workloads.image.options import CHANNELS


def tensors(source: str, destination: str) -> Split:
    """Reads the source and writes tensors made of its bytes as they are."""
    return copy(source, destination, f"{__name__}:bytes_as_tensors")


def bytes_as_tensors(table: pa.Table) -> pa.Table:
    """The table with the first bytes of each image, over and over, as its tensor."""
    values = np.empty((len(table), SIZE, SIZE, CHANNELS), np.uint8)
    for row, image in enumerate(table.column(BYTES)):
        values[row].reshape(-1)[:] = np.resize(
            np.frombuffer(image.as_buffer(), np.uint8), values[row].size
        )
    return table.drop_columns(BYTES).append_column(TENSOR, tensor_array(values))
