"""Files as kernels have them, in a folder that stands for the root."""

from __future__ import annotations

from pathlib import Path


def put(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")
