"""An engine that loses a row."""

from __future__ import annotations


def start() -> None:
    pass
