"""`./invoke test`: the tests."""

from __future__ import annotations

import sys
from pathlib import Path

from invoke.context import Context
from invoke.exceptions import Exit

from commands.command import command
from commands.process import run


@command(
    iterable=["path"],
    help={
        "select": "only tests whose names match, as pytest's -k: 'clean and not slow'",
        "path": "only this file, folder or file::test; may be given several times",
    },
)
def test(_context: Context, select: str = "", path: list[str] | None = None) -> None:
    """Run the tests."""
    argv = [sys.executable, "-m", "pytest"]
    argv += ["-k", select] if select else []
    # pytest runs in the repository's folder, and the caller may be in another one.
    argv += [str(Path(each).resolve()) for each in path or []]
    if code := run(argv):
        raise Exit(code=code)
