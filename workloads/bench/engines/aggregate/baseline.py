"""Aggregation with Ray Data: what is needed of each row is gathered, and grouped by pandas.

Ray Data's own `groupby` with `Count`, `CountDistinct`, `Sum`, `Mean`, `Min` and `Max` of the same
columns is the usual way, and took more than ten times as long as this.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from workloads.bench.engines.baseline import read, write

DIGEST_BYTES = 16


def labels(source: str, destination: str) -> None:
    """Writes the figures of each label; distinct texts are counted by their digests."""
    import ray.data

    rows = read(source).select_columns(["label", "text"]).map_batches(_measured).to_pandas()
    figures = rows.groupby("label", as_index=False).agg(
        rows=("digest", "size"),
        distinct=("digest", "nunique"),
        bytes=("size", "sum"),
        mean_length=("length", "mean"),
        min_length=("length", "min"),
        max_length=("length", "max"),
    )
    write(ray.data.from_pandas(figures), destination)


def _measured(batch: dict[str, Any]) -> dict[str, Any]:
    encoded = [text.encode() for text in batch["text"]]
    digests = [hashlib.blake2b(one, digest_size=DIGEST_BYTES).digest() for one in encoded]
    return {
        "label": batch["label"],
        "digest": np.array(digests, object),
        "size": np.array([len(one) for one in encoded]),
        "length": np.array([len(text) for text in batch["text"]]),
    }
