"""`./invoke lock`: pyproject.toml made exact."""

from __future__ import annotations

import sys

from invoke.context import Context
from invoke.exceptions import Exit

from commands.command import command
from commands.process import run

# Nothing of the machine that makes the lock goes into it: no index, no path.
COMPILE = (
    *("-m", "uv", "pip", "compile", "pyproject.toml", "--output-file", "requirements.lock"),
    *("--group", "commands", "--group", "peers", "--group", "checks"),
    *("--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"),
    *("--custom-compile-command", "./invoke lock", "--quiet"),
)


@command(help={"upgrade": "take the newest versions instead of keeping those of the lock"})
def lock(_context: Context, upgrade: bool = False) -> None:
    """Write requirements.lock from pyproject.toml."""
    if code := run([sys.executable, *COMPILE, *(["--upgrade"] if upgrade else [])]):
        raise Exit(code=code)
    print("wrote requirements.lock: the next call of ./invoke updates the environment")
