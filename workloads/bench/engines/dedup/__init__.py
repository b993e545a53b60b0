"""Deduplication by each engine that does it."""
