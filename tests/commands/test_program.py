"""Exit codes and output of the program that `./invoke` starts."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from commands import ROOT


def call(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "commands.program", "--search-root", ROOT, *args],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_task_lists_the_tasks() -> None:
    done = call()
    assert done.returncode == 0
    assert "  doctor " in done.stdout


@pytest.mark.parametrize(
    "misused",
    [
        ("nonsense",),
        ("--nonsense",),
        ("--help", "nonsense"),
        ("test", "--nonsense"),
        ("test", "--select"),
        ("--command-timeout", "soon", "doctor"),
    ],
)
def test_misuse_ends_with_2_and_one_line(misused: tuple[str, ...]) -> None:
    done = call(*misused)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


def test_a_reader_that_has_had_enough_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "commands.program", "--list"],
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")
