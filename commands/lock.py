"""`./invoke lock`: pyproject.toml made exact."""

from __future__ import annotations

import sys

from invoke.context import Context
from invoke.exceptions import Exit

from commands.command import command
from commands.process import run

# Nothing of the machine that makes a lock goes into it: no index, no path.
COMPILE = (
    *("-m", "uv", "pip", "compile", "pyproject.toml", "--quiet"),
    *("--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"),
    *("--custom-compile-command", "./invoke lock"),
)
ALL = "requirements.lock"
RUNTIME = "images/ray/requirements.lock"
GROUPS = tuple(
    word for group in ("commands", "rehearsal", "peers", "checks") for word in ("--group", group)
)


@command(help={"upgrade": "take the newest versions instead of keeping those of the locks"})
def lock(_context: Context, upgrade: bool = False) -> None:
    """Write requirements.lock, and from it the lock of the image ray, from pyproject.toml."""
    newest = ["--upgrade"] if upgrade else []
    # The image has what a node needs, in the same versions as everywhere else. The old lock of the
    # image is no input: what is in the other one binds it wholly.
    for extra in (
        ("--output-file", ALL, *GROUPS, *newest),
        ("--output-file", RUNTIME, "--constraint", ALL, "--upgrade"),
    ):
        if code := run([sys.executable, *COMPILE, *extra]):
            raise Exit(code=code)
    print(f"wrote {ALL} and {RUNTIME}: the next call of ./invoke updates the environment")
