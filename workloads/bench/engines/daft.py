"""Daft: its native runner on this machine."""

from __future__ import annotations


def start() -> None:
    """Loads the library and chooses the runner."""
    import daft

    daft.set_runner_native()
