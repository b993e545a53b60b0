"""Sentences: of 3 to 120 words, as vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workloads.bench.case import Comparison
from workloads.bench.compare import other_rows, sample_rows
from workloads.embed.made import KINDS as MADE
from workloads.embed.made import SentenceSpec
from workloads.embed.sentences import VECTOR
from workloads.files.places import Folder

KINDS = tuple(MADE)
# The largest difference of a number of two vectors of length 1 that counts as none.
TOLERANCE = 1e-5


def spec(size: int, kind: str, seed: int) -> SentenceSpec:
    """A data set of about so many bytes."""
    return SentenceSpec.sized(size, kind, seed)


def sample(folder: Folder) -> pa.Table:
    """The vectors of the first rows by `id`, in the order of `id`.

    Columns: id int64, vector list<float>, whatever kind of list or tensor the engine writes.
    """
    rows = sample_rows(folder, ["id", VECTOR])
    chunks = rows[VECTOR].combine_chunks()
    plain = chunks.storage if isinstance(chunks.type, pa.BaseExtensionType) else chunks
    return rows.set_column(1, VECTOR, plain.cast(pa.list_(pa.float32())))


def compare(ours: pa.Table, theirs: pa.Table) -> Comparison:
    """How another engine's sample compares with ours.

    Rows differ where any number of a vector does by more than 1e-5. All engines multiply in
    float32, and which texts share a batch decides in what order products are added up: that makes
    differences of up to 1e-6, while int8 makes some of 1e-2.
    """
    if found := other_rows(ours, theirs):
        return found
    left, right = _matrix(ours), _matrix(theirs)
    if left.shape != right.shape:
        why = f"its vectors have {right.shape[1]} numbers, and ours {left.shape[1]}"
        return Comparison(len(ours), len(ours), why)
    off = np.abs(left - right).max(axis=1, initial=0)
    # Also where it is no number.
    number = int((~(off <= TOLERANCE)).sum())
    why = f"numbers differ by up to {off.max():.1e}" if number else ""
    return Comparison(len(ours), number, why)


def _matrix(rows: pa.Table) -> Any:
    """The vectors, shape (rows, numbers); what is missing is no number."""
    lists = rows[VECTOR].combine_chunks()
    longest = pc.max(pc.list_value_length(lists)).as_py() or 0
    matrix = np.full((len(rows), longest), np.nan, np.float32)
    for row, values in enumerate(lists):
        if values.is_valid:
            found = values.values.to_numpy(zero_copy_only=False)
            matrix[row, : len(found)] = found
    return matrix
