"""Audio: clips of speech to log-mel features, as models of speech take them."""

from workloads.audio.features import features

__all__ = ["features"]
