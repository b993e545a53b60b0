"""Text as the documents make and clean it: pandas, one `re.sub` a row."""

from __future__ import annotations

import re
import string
from typing import Any

import numpy as np
import pandas as pd

from workloads.bench.engines.baseline import read, write
from workloads.bench.engines.text import PATTERN
from workloads.text.generate import LABELS, TextSpec

ROWS_PER_BATCH = 1000
CLEAN_BATCH_ROWS = 1024


def generate(spec: TextSpec, destination: str) -> None:
    """Writes random letters, about as many rows as the data set has; the documents have no seed."""
    import ray.data

    batches = max(spec.rows // ROWS_PER_BATCH, 1)
    dataset = ray.data.range(batches).map_batches(_fake_rows, batch_size=1)
    write(dataset.repartition(len(spec.files())), destination)


def clean(source: str, destination: str) -> None:
    """Cleans every row of the source."""
    cleaned = read(source).map_batches(
        _clean_rows, batch_size=CLEAN_BATCH_ROWS, batch_format="pandas", num_cpus=1
    )
    write(cleaned, destination)


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
