"""Aggregation in plain Ray Data: its own `groupby` and aggregations."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from workloads.bench.engines.baseline import read, write

DIGEST_BYTES = 16


def labels(source: str, destination: str) -> None:
    """Writes the figures of each label; distinct texts are counted by their digests."""
    from ray.data.aggregate import Count, CountDistinct, Max, Mean, Min, Sum

    figures = (
        read(source)
        .select_columns(["label", "text"])
        .map_batches(_measured)
        .groupby("label")
        .aggregate(
            Count(alias_name="rows"),
            CountDistinct("digest", alias_name="distinct"),
            Sum("size", alias_name="bytes"),
            Mean("length", alias_name="mean_length"),
            Min("length", alias_name="min_length"),
            Max("length", alias_name="max_length"),
        )
    )
    write(figures, destination)


def _measured(batch: dict[str, Any]) -> dict[str, Any]:
    encoded = [text.encode() for text in batch["text"]]
    digests = [hashlib.blake2b(one, digest_size=DIGEST_BYTES).digest() for one in encoded]
    return {
        "label": batch["label"],
        "digest": np.array(digests, object),
        "size": np.array([len(one) for one in encoded]),
        "length": np.array([len(text) for text in batch["text"]]),
    }
