"""Clusters: what they are made of, launching them, asking them, taking them away."""
