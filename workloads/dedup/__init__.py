"""Deduplication of text: exact, and near by MinHash."""

from workloads.dedup.exact import exact
from workloads.dedup.made import DedupSpec
from workloads.dedup.minhash import Similarity, minhash

__all__ = ["DedupSpec", "Similarity", "exact", "minhash"]
