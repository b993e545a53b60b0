"""Aggregation by each engine that does it.

What is due for each label: rows, distinct texts, bytes, and mean, least and greatest length in
characters.
"""
