"""What a started process prints, read to a line and then to its end."""

from __future__ import annotations

import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor


def read_until(process: subprocess.Popen[str], mark: str) -> None:
    """Reads lines of the standard output until one holds the mark.

    Raises:
        AssertionError: the output ended before, with what it said.
    """
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if mark in line:
            return
    raise AssertionError("".join(said))


def read_rest(process: subprocess.Popen[str], timeout: float) -> tuple[str, str]:
    """Waits for the end of a process of a session of its own; gives the output not read yet.

    `Popen.communicate` reads below Python's buffers, and what a line read before had brought
    along would be lost.

    Args:
        process: standard output and standard error are pipes.
        timeout: in seconds; then the whole process group is killed.

    Raises:
        subprocess.TimeoutExpired: it has not ended.
    """
    assert process.stdout is not None
    assert process.stderr is not None
    with ThreadPoolExecutor(2) as readers:
        output = readers.submit(process.stdout.read)
        errors = readers.submit(process.stderr.read)
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        return output.result(), errors.result()
