"""An engine that does what a test asks for."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import time
from typing import Any

SPIN = "import time\nwhile time.process_time() < {}: pass"
STUBBORN = """
import os, signal, time
os.setpgrp()
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(flush=True)
time.sleep(600)
"""


def start() -> None:
    pass


def echo(value: Any) -> Any:
    return value


def loaded() -> set[str]:
    """All modules of this process."""
    return set(sys.modules)


def fail(message: str) -> None:
    raise ValueError(message)


def die(code: int, last_words: str) -> None:
    print(last_words, flush=True)
    os._exit(code)


def die_before_a_child() -> None:
    """Leaves a child that has all its open files."""
    subprocess.Popen(["sleep", "600"], close_fds=False)
    os._exit(4)


def be_killed(number: int = signal.SIGKILL) -> None:
    os.kill(os.getpid(), number)


def hang() -> None:
    while True:
        time.sleep(60)


def hang_whatever_comes() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    hang()


def hang_at_the_end() -> int:
    atexit.register(hang)
    return os.getpid()


def family() -> list[int]:
    """This process, a child of it, and one as Ray's workers are: in a group of its own."""
    child = subprocess.Popen(["sleep", "600"])
    stubborn = subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE)
    assert stubborn.stdout is not None
    stubborn.stdout.readline()
    return [os.getpid(), child.pid, stubborn.pid]


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def spin(seconds: float) -> None:
    """Uses that much CPU time."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def spin_in_a_child(seconds: float) -> None:
    """Uses that much CPU time in a child that has ended when this returns."""
    subprocess.run([sys.executable, "-c", SPIN.format(seconds)], check=True)


def hold(size: int) -> None:
    """Has that many bytes of memory for a moment."""
    assert len(b"x" * size) == size
