"""The files that a benchmark leaves."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from errors import OutputError


def check_writable(path: Path) -> None:
    """Tries to write a file that is written at the end, so that the work is not in vain.

    Raises:
        OutputError: it cannot be written there.
    """
    there = path.exists() or path.is_symlink()
    try:
        if not path.parent.exists():
            path.parent.mkdir(parents=True)
        path.open("ab").close()
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}; name another file") from error
    if not there:
        path.unlink()


def write_rows(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Writes rows of a result as JSON."""
    text = json.dumps(rows, indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")


def typed() -> str:
    """This call as it was typed; nothing where it came from Python."""
    words = sys.argv[sys.argv.index("bench") :] if "bench" in sys.argv else []
    return shlex.join(["./invoke", *words]) if words else ""
