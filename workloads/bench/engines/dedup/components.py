"""What is similar put together, in NumPy, pandas and Python, for engines that have nothing for it.

The keys of rows are small beside the rows, so they are gathered in one place.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

# As `ours` has them: runs of five words, eleven bands of eleven hashes.
SHINGLE_WORDS = 5
BANDS, HASHES = 11, 11


def band_keys(signatures: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    """A number for each band of each signature, and its position among them; a row after another.

    Args:
        signatures: of 32 bits, shape (rows, BANDS * HASHES).
    """
    factors = np.random.default_rng(0).integers(0, 2**64, (BANDS, HASHES), np.uint64)
    bands = signatures.astype(np.uint64).reshape(-1, BANDS, HASHES)
    # Other factors for each band, so that a band is like no other one.
    keys: npt.NDArray[np.uint64] = (bands * factors).sum(axis=2).ravel()
    return keys


def first_rows(keys: pd.DataFrame) -> list[int]:
    """The least `id` of each component of rows that share a `key`."""
    first = keys.groupby("key")["id"].transform("min")
    links = keys.assign(first=first)[["id", "first"]].drop_duplicates()
    parents: dict[int, int] = {}

    def root(row: int) -> int:
        while parents.get(row, row) != row:
            parents[row] = parents.get(parents[row], parents[row])
            row = parents[row]
        return row

    linked = links[links["id"] != links["first"]]
    for row, other in zip(linked["id"].tolist(), linked["first"].tolist(), strict=True):
        one, another = root(row), root(other)
        parents[max(one, another)] = min(one, another)
    return [row for row in links["id"].unique().tolist() if root(row) == row]
