"""Deduplication by Daft, which has MinHash; what is similar is put together here."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workloads.bench.engines.dedup.components import first_rows

# As `ours` has them: runs of five words, eleven bands of eleven hashes.
SHINGLE_WORDS = 5
BANDS, HASHES = 11, 11


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
    # The hashes of a band as bytes, behind which stands the number of the band.
    bands = np.empty((len(found), BANDS, HASHES + 1), np.uint32)
    bands[:, :, :HASHES] = signatures.reshape(len(found), BANDS, HASHES)
    bands[:, :, HASHES] = np.arange(BANDS)
    keys = bands.view(f"V{4 * (HASHES + 1)}").ravel()
    ids = np.repeat(found["id"].to_numpy(), BANDS)
    kept = first_rows(pd.DataFrame({"id": ids, "key": pd.util.hash_array(keys.astype(bytes))}))
    # A join keeps what has a partner, and is faster than `is_in` of so many.
    frame = rows.join(daft.from_pydict({"id": kept}), on="id", how="semi")
    frame.write_parquet(destination, compression="snappy")
