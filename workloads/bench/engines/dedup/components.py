"""What belongs together because of keys in common, in pandas and plain Python, for who has no such.

The keys of rows are small beside the rows, so they are gathered in one place for it.
"""

from __future__ import annotations

import pandas as pd


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
