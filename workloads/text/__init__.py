"""Text: generate it and clean it, at the speed of the storage."""

from workloads.text.clean import clean, clean_array
from workloads.text.generate import SCALES, TextSpec, generate

__all__ = ["SCALES", "TextSpec", "clean", "clean_array", "generate"]
