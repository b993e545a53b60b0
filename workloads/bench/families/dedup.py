"""Deduplication: rows of about 1 KB, of which one in ten is a copy and one in ten nearly one."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa

from workloads.bench.case import Comparison
from workloads.dedup.made import DedupSpec
from workloads.files.parquet import read_rows
from workloads.files.places import Folder
from workloads.text.generate import KINDS as MADE
from workloads.text.hashing import hash_array, hash_buckets

KINDS = tuple(MADE)
# Texts are looked at by their hashes: one in so many, the same ones in every result.
ONE_IN = 4


def spec(size: int, kind: str, seed: int) -> DedupSpec:
    """A data set of about so many bytes."""
    return DedupSpec.sized(size, kind, seed)


def sample(folder: Folder) -> pa.Table:
    """A quarter of the texts that were kept, chosen by their content, in the order of `id`.

    Columns: id int64, first and second uint64, the two words of the text's hash.
    """
    found: list[pa.Table] = []
    for file in folder.files():
        for rows in read_rows(folder, file.name, columns=["id", "text"]):
            hashes = hash_array(rows["text"].combine_chunks())
            chosen = hash_buckets(hashes, ONE_IN) == 0
            ids = rows["id"].to_numpy()[chosen]
            found.append(
                pa.table({"id": ids, "first": hashes[chosen, 0], "second": hashes[chosen, 1]})
            )
    return pa.concat_tables(found).sort_by("id")


def compare(ours: pa.Table, theirs: pa.Table) -> Comparison:
    """How the texts that another engine has kept compare with those that ours has.

    Differing are the texts that only one of the two has, and those that theirs has more often. An
    engine may keep another row of a text than the first one, as most do that are asked for one of
    them; that is no difference. Exact deduplication has no tolerance: every text is to be there
    once. MinHash finds what is similar by chance, and each engine has dice of its own: of the near
    duplicates that are made here, about one in a hundred is missed by one engine and found by
    another, so that up to one in five hundred of all texts may differ.
    """
    mine, others = (
        Counter(zip(table["first"].to_pylist(), table["second"].to_pylist(), strict=True))
        for table in (ours, theirs)
    )
    more, fewer = (others - mine).total(), (mine - others).total()
    told = [f"it keeps {more:,} more"] if more else []
    if fewer:
        told.append(f"it drops {fewer:,} that ours keeps")
    return Comparison(len(ours), more + fewer, "; ".join(told))
