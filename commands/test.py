"""`./invoke test`: the tests."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from invoke.context import Context
from invoke.exceptions import Exit

from commands.command import command
from commands.process import run

# Tests that embed Ray in pytest's process. Its token, and what its workers know of the environment,
# stay as they were first, so each folder has a process of its own.
APART = tuple(
    f"tests/workloads/{name}" for name in ("aggregate", "audio", "dedup", "embed", "image", "tune")
)
NO_TESTS = 5


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
    named = [str(Path(each).resolve()) for each in path or []]
    groups = [named] if named else [[f"--ignore={one}" for one in APART], *[[one] for one in APART]]
    if code := _worst([run([*argv, *group]) for group in groups]):
        raise Exit(code=code)


def _worst(codes: Sequence[int]) -> int:
    """The exit code of all together: a group without tests is none where another has some."""
    failed = [code for code in codes if code not in (0, NO_TESTS)]
    return failed[0] if failed else min(codes)
