"""Text: generate it and clean it, at the speed of the storage."""

from workloads.files.making import SCALES
from workloads.text.clean import clean, clean_array
from workloads.text.generate import TextSpec, generate

__all__ = ["SCALES", "TextSpec", "clean", "clean_array", "generate"]
