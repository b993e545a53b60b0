"""Audio: clips of speech, decoded and turned into features."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workloads.audio import made
from workloads.audio.made import AudioSpec
from workloads.bench.case import Comparison
from workloads.bench.compare import other_rows, sample_rows
from workloads.files.places import Folder

KINDS = made.KINDS
# A clip's features are as large as twice its bytes, so few do.
SAMPLE_ROWS = 256
FEATURES = "log_mel"
TOLERANCES = {
    "seconds": 1e-6,
    "trimmed_seconds": 1e-6,
    "rms_dbfs": 0.001,
    "peak_dbfs": 0.001,
    FEATURES: 0.002,
}


def spec(size: int, kind: str, seed: int) -> AudioSpec:
    """A data set of about so many bytes."""
    return AudioSpec.sized(size, kind, seed)


def sample(folder: Folder) -> pa.Table:
    """What was made of the first clips by `id`, in the order of `id`.

    Columns: id int64 and those of TOLERANCES, numbers as the engine writes them and features as a
    list of all their values, however deep the engine nests them.
    """
    rows = sample_rows(folder, ["id", *TOLERANCES], SAMPLE_ROWS)
    values = pa.array([_values(one) for one in rows[FEATURES]], pa.list_(pa.float32()))
    return rows.set_column(rows.column_names.index(FEATURES), FEATURES, values)


def compare(ours: pa.Table, theirs: pa.Table) -> Comparison:
    """How another engine's sample compares with ours.

    Lengths are to be the same to the sample. Levels may differ by a thousandth of a decibel, and
    features by two steps of the half precision that they are kept in, 0.08 decibels: in that order
    sums of float32 differ by where they begin, and what lies between two steps may go to either.
    """
    if found := other_rows(ours, theirs):
        return found
    differing = np.zeros(len(ours), np.bool_)
    said = []
    for name, tolerance in TOLERANCES.items():
        gaps = np.array([_gap(*pair) for pair in zip(ours[name], theirs[name], strict=True)])
        beyond = ~(gaps <= tolerance)
        differing |= beyond
        if beyond.any():
            said.append(f"{name} by up to {gaps[beyond].max():.3g}")
    why = f"it differs in {', '.join(said)}" if said else ""
    return Comparison(len(ours), int(differing.sum()), why)


def _values(scalar: Any) -> npt.NDArray[np.float32]:
    """All values of a list of lists, or of a tensor of Ray's."""
    if isinstance(scalar, pa.ExtensionScalar):
        scalar = scalar.value
    values = (scalar["data"] if isinstance(scalar, pa.StructScalar) else scalar).values
    while pa.types.is_nested(values.type):
        values = values.flatten()
    return np.asarray(values.to_numpy(zero_copy_only=False), np.float32)


def _gap(ours: pa.Scalar, theirs: pa.Scalar) -> float:
    """By how much two values differ at most; infinitely where one has no counterpart."""
    left, right = (_numbers(one) for one in (ours, theirs))
    if left.shape != right.shape:
        return float("inf")
    return float(np.abs(left - right).max(initial=0.0))


def _numbers(scalar: pa.Scalar) -> npt.NDArray[np.float64]:
    if not scalar.is_valid:
        return np.empty(0)
    nested = pa.types.is_list(scalar.type)
    return np.asarray(scalar.values.to_numpy() if nested else scalar.as_py(), np.float64)
