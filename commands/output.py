"""What commands print and write."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from errors import OutputError


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows below headings, each column as wide as its widest cell; the same in a pipe."""
    columns = list(zip(headings, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    for row in (headings, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


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


def typed(name: str) -> str:
    """The call of a command as it was typed; nothing where it came from Python."""
    words = sys.argv[sys.argv.index(name) :] if name in sys.argv else []
    return shlex.join(["./invoke", *words]) if words else ""
