"""Text by an engine that begins to write, and never ends."""

from __future__ import annotations

import time
from pathlib import Path


def clean(_source: str, destination: str) -> None:
    folder = Path(destination)
    folder.mkdir()
    (folder / "begun.parquet").write_bytes(b"PAR1")
    time.sleep(600)
