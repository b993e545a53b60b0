"""Audio read, and as much written as its features take, with no work on it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workloads.audio.bank import BANDS
from workloads.audio.features import MADE, PRECISION
from workloads.bench.case import Split
from workloads.bench.engines.floor import copy

# Of a made clip, after trimming, in the mean.
FRAMES = 385
# A power of two, and odd, so that rows differ.
NOISE_FRAMES, STEP = 2**14, 4099


def features(source: str, destination: str) -> Split:
    """Reads every clip, and writes noise in the place of its features."""
    return copy(source, destination, f"{__name__}:noise")


def noise(table: pa.Table) -> pa.Table:
    """The table with columns such as features have, of as many bytes as clips have in the mean."""
    rows, rest = len(table), table.drop_columns(["audio"])
    ends = np.arange(rows + 1, dtype=np.int32) * FRAMES
    frames = (ends[:-1, np.newaxis] * STEP + np.arange(FRAMES)) % NOISE_FRAMES
    values = pa.array(_noise()[frames.reshape(-1)].reshape(-1))
    for name, kind in MADE.items():
        if name == "log_mel":
            bands = pa.FixedSizeListArray.from_arrays(values, type=kind.value_type)
            column = pa.ListArray.from_arrays(pa.array(ends), bands, type=kind)
        else:
            column = pa.array(np.ones(rows, kind.to_pandas_dtype()))
        rest = rest.append_column(pa.field(name, kind), column)
    return rest


@lru_cache(maxsize=1)
def _noise() -> npt.NDArray[np.float16]:
    return np.random.default_rng(0).uniform(-1, 1, (NOISE_FRAMES, BANDS)).astype(PRECISION)
