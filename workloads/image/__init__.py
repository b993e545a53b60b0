"""Images: decoded, turned, scaled and written as tensors, with what they were."""

from workloads.image.made import ImageSpec
from workloads.image.options import Options
from workloads.image.tensors import tensors

__all__ = ["ImageSpec", "Options", "tensors"]
