"""The rows that a benchmark leaves."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def write_rows(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Writes rows of a result as JSON."""
    text = json.dumps(rows, indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")
