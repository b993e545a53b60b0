"""Deduplication in plain Ray Data: keys of rows gathered on the driver, then rows filtered.

Ray Data drops no duplicates itself. Of four ways this is the fastest one: on 256 MB of mixed text,
a shuffle by the text and pandas' `drop_duplicates` on each block took twice as long as this, and
`groupby(...).min("id")` of the digests four times.
"""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workloads.bench.engines.baseline import read, write
from workloads.bench.engines.dedup.components import (
    BANDS,
    HASHES,
    SHINGLE_WORDS,
    band_keys,
    first_rows,
)

if TYPE_CHECKING:
    import ray

DIGEST_BYTES = 16
# As datasketch has them, a usual library for it.
PRIME = np.uint64(2**61 - 1)
UPPER = np.uint64(32)
ALL_32 = np.uint64(0xFFFF_FFFF)


def exact(source: str, destination: str) -> None:
    """Keeps the first row of each text."""
    keys = read(source).select_columns(["id", "text"]).map_batches(_digests).to_pandas()
    kept = keys.sort_values("id").drop_duplicates("key")["id"]
    _write_kept(source, destination, kept.to_numpy())


def minhash(source: str, destination: str) -> None:
    """Keeps the first row of texts that are similar."""
    keys = read(source).select_columns(["id", "text"]).map_batches(_band_keys).to_pandas()
    _write_kept(source, destination, np.array(first_rows(keys)))


def _write_kept(source: str, destination: str, ids: npt.NDArray[np.int64]) -> None:
    import ray

    kept = ray.put(pa.array(np.sort(ids)))
    rows = read(source).map_batches(partial(_filter, kept=kept), batch_format="pyarrow")
    write(rows, destination)


def _filter(batch: pa.Table, kept: ray.ObjectRef[pa.Array]) -> pa.Table:
    import ray

    return batch.filter(pc.is_in(batch["id"], value_set=ray.get(kept)))


def _digests(batch: dict[str, Any]) -> dict[str, Any]:
    digests = [
        hashlib.blake2b(text.encode(), digest_size=DIGEST_BYTES).digest() for text in batch["text"]
    ]
    return {"id": batch["id"], "key": np.array(digests, object)}


def _band_keys(batch: dict[str, Any]) -> dict[str, Any]:
    random = np.random.RandomState(1)
    factors = random.randint(1, 2**61 - 1, BANDS * HASHES, np.uint64)[:, None]
    terms = random.randint(0, 2**61 - 1, BANDS * HASHES, np.uint64)[:, None]
    signatures = np.array([_signature(text, factors, terms) for text in batch["text"]])
    return {"id": np.repeat(batch["id"], BANDS), "key": band_keys(signatures)}


def _signature(
    text: str, factors: npt.NDArray[np.uint64], terms: npt.NDArray[np.uint64]
) -> npt.NDArray[np.uint64]:
    words = text.split()
    runs = range(max(len(words) - SHINGLE_WORDS + 1, 1))
    shingles = {" ".join(words[run : run + SHINGLE_WORDS]) for run in runs}
    hashed = pd.util.hash_array(np.array(list(shingles), object)) >> UPPER
    permuted = (factors * hashed + terms) % PRIME & ALL_32
    least: npt.NDArray[np.uint64] = permuted.min(axis=1)
    return least
