"""Sentences by this project's own workload in float32, beside those in int8."""

from __future__ import annotations

from workloads.bench.engines.embed.ours import sentences

sentences_int8 = sentences
