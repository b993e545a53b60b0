"""Images: JPEG of about 110 KB, or of all formats, made tensors."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workloads.bench.case import Comparison
from workloads.bench.compare import other_rows
from workloads.bench.places import dataset
from workloads.files.failures import explained
from workloads.files.places import Folder
from workloads.image import kinds
from workloads.image.made import ImageSpec

KINDS = tuple(kinds.KINDS)
# Of 150 KB each.
SAMPLE_ROWS = 512
WANTED = ("id", "width", "height", "tensor", "mode", "orientation")
# Of 255, on average over an image; `compare` says why.
TOLERANCE = 1.0


def spec(size: int, kind: str, seed: int) -> ImageSpec:
    """A data set of about so many bytes."""
    return ImageSpec.sized(size, kind, seed)


def sample(folder: Folder) -> pa.Table:
    """The first images by `id`, in the order of `id`.

    Columns: id, width and height, tensor of whatever type the engine writes; of ours mode and
    orientation too.
    """
    with explained(folder.uri):
        files = dataset(folder)
        columns = [name for name in WANTED if name in files.schema.names]
        rows = files.to_table(columns=columns, filter=pc.field("id") < SAMPLE_ROWS)
    order = pc.sort_indices(rows["id"])
    # Not all types of tensors can be taken from; what they are stored as can.
    plain = rows.set_column(columns.index("tensor"), "tensor", _stored(rows["tensor"]))
    return plain.take(order)


def compare(ours: pa.Table, theirs: pa.Table) -> Comparison:
    """How another engine's sample compares with ours.

    An image is the same if its width and height are, and its tensor on average within 1 level of
    255. Ours differs by up to 0.6 from what is decoded whole, as it decodes a JPEG at a half of its
    size where that is still half as large again as the tensor. One usual filter differs from
    another by 1.5, and a photo at quality 85 from the one before encoding by 2 to 3.
    """
    if found := other_rows(ours, theirs):
        return found
    differing = np.fromiter(
        (
            np.abs(mine.astype(np.int16) - other).mean() > TOLERANCE
            for mine, other in zip(_pixels(ours), _pixels(theirs), strict=True)
        ),
        bool,
        len(ours),
    )
    for name in ("width", "height"):
        differing |= ours[name].to_numpy() != theirs[name].to_numpy()
    return Comparison(len(ours), int(differing.sum()), _explanation(ours, differing))


def _explanation(ours: pa.Table, differing: npt.NDArray[np.bool_]) -> str:
    """Of which images most differ: by mode, and those that are to be turned."""
    if not differing.any():
        return ""
    modes, turns = ours["mode"].to_pylist(), ours["orientation"].to_pylist()
    names = [
        f"{mode} to be turned" if turn > 1 else mode
        for mode, turn in zip(modes, turns, strict=True)
    ]
    all_, found = (
        Counter(names),
        Counter(name for name, differs in zip(names, differing, strict=True) if differs),
    )
    told = [f"{number} of {all_[name]} {name}" for name, number in found.most_common()]
    return f"of other sizes, or more than {TOLERANCE:g} of 255 levels away: {', '.join(told)}"


def _stored(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not isinstance(column.type, pa.BaseExtensionType):
        return column
    return pa.chunked_array([chunk.storage for chunk in column.chunks], column.type.storage_type)


def _pixels(table: pa.Table) -> npt.NDArray[Any]:
    """The values of all tensors, a row each."""
    values = np.concatenate([chunk.flatten().to_numpy() for chunk in table["tensor"].chunks])
    return values.reshape(len(table), -1)
