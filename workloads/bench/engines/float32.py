"""This project's own way in float32, for workloads that ours does in int8."""

from __future__ import annotations

from workloads.bench.engines.ours import start

__all__ = ["start"]
