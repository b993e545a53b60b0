"""Sentences made vectors of, by a module for each engine: all with the same weights and library."""
