"""Aggregation: figures of each label of rows of about 1 KB, with duplicates among them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from workloads.bench.case import Comparison
from workloads.bench.places import dataset
from workloads.dedup.made import DedupSpec
from workloads.files.failures import explained
from workloads.files.places import Folder
from workloads.text.generate import KINDS as MADE

KINDS = tuple(MADE)
COUNTS = ("rows", "distinct", "bytes", "min_length", "max_length")
MEAN = "mean_length"
# Of the mean: sums of whole numbers are exact, and one division of doubles is off by 1e-16.
TOLERANCE = 1e-9


def spec(size: int, kind: str, seed: int) -> DedupSpec:
    """A data set of about so many bytes."""
    return DedupSpec.sized(size, kind, seed)


def sample(folder: Folder) -> pa.Table:
    """All of the result, in the order of `label`.

    Columns: label string; rows, distinct, bytes, min_length and max_length int64; mean_length.
    """
    with explained(folder.uri):
        rows = dataset(folder).to_table(columns=["label", *COUNTS, MEAN])
    kinds = [pa.string(), *[pa.int64()] * len(COUNTS), pa.float64()]
    return rows.cast(pa.schema(zip(rows.column_names, kinds, strict=True))).sort_by("label")


def compare(ours: pa.Table, theirs: pa.Table) -> Comparison:
    """How the figures of another engine compare with those of ours.

    All are whole numbers and to be the same, but the mean, which may be one part in 10^9 away: an
    engine may add up lengths as doubles.
    """
    if not ours["label"].equals(theirs["label"]):
        return Comparison(len(ours), len(ours), "it has other labels")
    differing = {name: ours[name].to_numpy() != theirs[name].to_numpy() for name in COUNTS}
    mean, other = ours[MEAN].to_numpy(), theirs[MEAN].to_numpy()
    differing[MEAN] = np.abs(mean - other) > TOLERANCE * np.abs(mean)
    names = [name for name, rows in differing.items() if rows.any()]
    number = int(np.any(list(differing.values()), axis=0).sum())
    return Comparison(len(ours), number, f"it has another {', '.join(names)}" if names else "")
