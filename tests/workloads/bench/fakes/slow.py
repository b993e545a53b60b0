"""An engine that begins to write, and never ends."""

from __future__ import annotations


def start() -> None:
    pass
