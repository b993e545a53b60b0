"""What C writes to standard error is dropped, and what others write is not."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from workloads.audio.quiet import quiet


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def write(text: str) -> None:
    os.write(2, text.encode())


def test_standard_error_is_dropped_within_it_only(capfd: pytest.CaptureFixture[str]) -> None:
    write("before ")
    with quiet():
        write("within ")
    write("behind")
    assert capfd.readouterr().err == "before behind"


def test_it_comes_back_after_an_exception(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(FileNotFoundError), quiet():
        os.stat("there is no such file")  # noqa: PTH116 - anything that fails
    write("behind")
    assert capfd.readouterr().err == "behind"


def test_two_threads_do_not_lose_it(capfd: pytest.CaptureFixture[str]) -> None:
    both = threading.Barrier(2)

    def work() -> None:
        with quiet():
            both.wait(30)

    other = threading.Thread(target=work)
    other.start()
    work()
    other.join()
    write("behind")
    assert capfd.readouterr().err == "behind"


def test_descriptors_are_given_back() -> None:
    before = descriptors()
    for _ in range(10):
        with quiet():
            pass
    assert descriptors() == before
