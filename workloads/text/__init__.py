"""Text: generate it and clean it, at the speed of the storage."""

from workloads.files.making import SCALES, generate
from workloads.text.clean import clean, clean_array
from workloads.text.generate import TextSpec

__all__ = ["SCALES", "TextSpec", "clean", "clean_array", "generate"]
