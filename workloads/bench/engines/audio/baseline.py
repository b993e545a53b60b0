"""Features of audio as plain Ray Data makes them: rows to batches, a clip at a time in each."""

from __future__ import annotations

from typing import Any

import numpy as np

from workloads.bench.engines.audio.by_clip import features_of
from workloads.bench.engines.baseline import read, write

ROWS_PER_BATCH = 64


def features(source: str, destination: str) -> None:
    """Makes features of every clip of the source."""
    write(read(source).map_batches(_features, batch_size=ROWS_PER_BATCH), destination)


def _features(batch: dict[str, Any]) -> dict[str, Any]:
    clips = [features_of(clip["bytes"]) for clip in batch.pop("audio")]
    for name in clips[0]:
        batch[name] = _column([clip[name] for clip in clips])
    return batch


def _column(values: list[Any]) -> Any:
    if not isinstance(values[0], np.ndarray):
        return np.array(values)
    # Of arrays of several lengths.
    column = np.empty(len(values), object)
    column[:] = values
    return column
