"""Aggregation of text by a key, and rows shuffled by a key."""

from workloads.aggregate.labels import labels
from workloads.aggregate.shuffle import shuffle

__all__ = ["labels", "shuffle"]
