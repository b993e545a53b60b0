"""Running the programs that the environment brings along."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from commands import ROOT


def program(name: str) -> str | None:
    """The path of a program of the environment, or else of PATH; None where neither has it."""
    beside = Path(sys.executable).parent
    return shutil.which(name, path=f"{beside}{os.pathsep}{os.environ.get('PATH', '')}")


def run(argv: Sequence[str]) -> int:
    """Run a program in the repository's folder and return its exit code.

    On Ctrl-C the program, which gets it too, is left the time to clean up.
    """
    with subprocess.Popen(argv, cwd=ROOT) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()
            raise
