"""Audio: clips of speech to log-mel features, as models of speech take them."""

from workloads.audio.features import features
from workloads.audio.job import make_features
from workloads.audio.made import AudioSpec
from workloads.files.making import generate

__all__ = ["AudioSpec", "features", "generate", "make_features"]
