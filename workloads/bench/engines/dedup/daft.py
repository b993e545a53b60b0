"""Deduplication by Daft, which has MinHash; what is similar is put together here."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workloads.bench.engines.dedup.components import (
    BANDS,
    HASHES,
    SHINGLE_WORDS,
    band_keys,
    first_rows,
)


def exact(source: str, destination: str) -> None:
    """Keeps any row of each text."""
    import daft

    frame = daft.read_parquet(f"{source}/*.parquet").distinct("text")
    frame.write_parquet(destination, compression="snappy")


def minhash(source: str, destination: str) -> None:
    """Keeps the first row of texts that are similar; words are what stands between blanks."""
    import daft
    from daft.functions import minhash as signature

    rows = daft.read_parquet(f"{source}/*.parquet")
    hashed = signature(
        daft.col("text"),
        num_hashes=BANDS * HASHES,
        ngram_size=SHINGLE_WORDS,
        hash_function="xxhash3_64",
    )
    found = rows.select(daft.col("id"), hashed.alias("signature")).to_arrow()
    signatures = found["signature"].combine_chunks().flatten().to_numpy()
    keys = band_keys(signatures.reshape(-1, BANDS * HASHES))
    ids = np.repeat(found["id"].to_numpy(), BANDS)
    kept = first_rows(pd.DataFrame({"id": ids, "key": keys}))
    # A join keeps what has a partner, and is faster than `is_in` of so many.
    frame = rows.join(daft.from_pydict({"id": kept}), on="id", how="semi")
    frame.write_parquet(destination, compression="snappy")
