"""Asking before something that cannot be taken back."""

from __future__ import annotations

import sys

from errors import UsageError


def agreed(question: str) -> bool:
    """Whether the one at the terminal says yes.

    Raises:
        UsageError: there is no terminal to ask at.
    """
    if not sys.stdin.isatty():
        raise UsageError(f"{question} There is nobody to ask here: give --yes")
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
