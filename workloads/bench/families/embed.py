"""Sentences: of 3 to 120 words, as vectors."""

from __future__ import annotations

from collections.abc import Callable
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
# The least cosine of a vector in int8 to that in float32; of 7,385 made ones the least was 0.981.
LEAST_COSINE = 0.98


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
    return _compared(ours, theirs, _numbers)


def compare_sentences_int8(ours: pa.Table, theirs: pa.Table) -> Comparison:
    """How the sample of one that multiplies in float32, or int8 too, compares with ours in int8.

    Rows differ where the cosine of the two vectors, both of length 1, is below 0.98.
    """
    return _compared(ours, theirs, _cosines)


# Of two matrices of vectors, which rows differ, and in words by how much; of rows that are numbers.
Measure = Callable[[Any, Any], tuple[Any, str]]


def _compared(ours: pa.Table, theirs: pa.Table, measure: Measure) -> Comparison:
    if found := other_rows(ours, theirs):
        return found
    left, right = _matrix(ours), _matrix(theirs)
    if left.shape != right.shape:
        why = f"its vectors have {right.shape[1]} numbers, and ours {left.shape[1]}"
        return Comparison(len(ours), len(ours), why)
    missing = np.isnan(left - right).any(axis=1)
    differing, by_how_much = measure(left[~missing], right[~missing])
    number, lacking = int(differing.sum()), int(missing.sum())
    said = [by_how_much] if by_how_much else []
    if lacking:
        said.append(f"{lacking} of the rows have no vector, or one with what is no number")
    return Comparison(len(ours), number + lacking, "; ".join(said))


def _numbers(left: Any, right: Any) -> tuple[Any, str]:
    off = np.abs(left - right).max(axis=1, initial=0)
    differing = off > TOLERANCE
    return differing, f"numbers differ by up to {off.max():.1e}" if differing.any() else ""


def _cosines(left: Any, right: Any) -> tuple[Any, str]:
    # Of vectors of length 1 their cosine; less than that where one is of another length.
    cosines = 1 - ((left - right) ** 2).sum(axis=1) / 2
    return cosines < LEAST_COSINE, f"the least cosine is {cosines.min(initial=1):.3f}"


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
