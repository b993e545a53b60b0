"""The documents' own way: Ray Data over rows, pandas, one `re.sub` a row; Ray's own settings."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workloads.bench.engines import PATTERN
from workloads.bench.engines.ours import spilled_bytes
from workloads.files.distribute import keep_to_subcluster, start_ray
from workloads.files.places import Folder
from workloads.text.generate import LABELS, TextSpec

if TYPE_CHECKING:
    from ray.data import Dataset

__all__ = ["clean", "clean_value", "generate", "spilled_bytes", "start"]

ROWS_PER_BATCH = 1000
CLEAN_BATCH_ROWS = 1024


def start() -> None:
    """Starts the embedded Ray, or connects to the cluster.

    Where the cluster's store is not AWS's own, its nodes are to have the variable
    AWS_REQUEST_CHECKSUM_CALCULATION=WHEN_REQUIRED, as docker-compose.yml gives it to them. Arrow's
    uploads otherwise come in chunks with a checksum behind, which rclone for one does not take.
    (A runtime environment could give it to the workers. Ray then starts them through a shell, and
    not where there is a space in the path of its Python.)
    """
    start_ray()
    from ray.data import DataContext

    keep_to_subcluster(DataContext.get_current())


def generate(spec: TextSpec, destination: str) -> None:
    """Writes random letters, about as many rows as the data set has; the documents have no seed."""
    import ray.data

    batches = max(spec.rows // ROWS_PER_BATCH, 1)
    dataset = ray.data.range(batches).map_batches(_fake_rows, batch_size=1)
    _write(dataset.repartition(len(spec.files())), destination)


def clean(source: str, destination: str) -> None:
    """Cleans every row of the source."""
    import ray.data

    origin = Folder.of(source)
    dataset = ray.data.read_parquet(origin.path(), filesystem=origin.filesystem())
    cleaned = dataset.map_batches(
        _clean_rows, batch_size=CLEAN_BATCH_ROWS, batch_format="pandas", num_cpus=1
    )
    _write(cleaned, destination)


def _write(dataset: Dataset, destination: str) -> None:
    folder = Folder.of(destination)
    dataset.write_parquet(
        folder.path(),
        filesystem=folder.filesystem(),
        # S3 has no folders: Arrow would write empty objects there, which not every store takes.
        try_create_dir=not folder.in_s3,
    )


def _fake_rows(_batch: dict[str, Any]) -> pd.DataFrame:
    letters = list(string.ascii_letters + " ")
    random = np.random.default_rng()
    return pd.DataFrame(
        {
            "id": random.integers(0, 10**9, ROWS_PER_BATCH),
            "text": ["".join(random.choice(letters, 1000)) for _ in range(ROWS_PER_BATCH)],
            "label": random.choice(LABELS, ROWS_PER_BATCH),
        }
    )


def clean_value(text: str) -> str:
    """The documents' cleaning of one text: what every engine's result is held against."""
    return re.sub(PATTERN, "", text).lower()


def _clean_rows(batch: pd.DataFrame) -> pd.DataFrame:
    batch["cleaned_text"] = batch["text"].apply(clean_value)
    return batch
