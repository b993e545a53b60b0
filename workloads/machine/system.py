"""What a system tells of itself, or nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path


def read(path: Path) -> str:
    """A small file of the kernel's, stripped; empty when this system does not have it."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def output(*command: str) -> str:
    """What a command prints, stripped; empty when it is missing, fails or hangs."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
