"""Sentences to vectors, by a small encoder on the CPU."""

from workloads.embed.made import SentenceSpec
from workloads.embed.sentences import sentences

__all__ = ["SentenceSpec", "sentences"]
