"""Silence on standard error, for libraries in C that cannot be told to keep it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

STDERR = 2
_one_at_a_time = threading.Lock()


@contextmanager
def quiet() -> Iterator[None]:
    """Drops what this process writes to standard error within it.

    Where two threads are within it, only what the first one writes is sure to be dropped.
    """
    if not _one_at_a_time.acquire(blocking=False):
        yield
        return
    try:
        kept = os.dup(STDERR)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, STDERR)
        os.close(nowhere)
        try:
            yield
        finally:
            os.dup2(kept, STDERR)
            os.close(kept)
    finally:
        _one_at_a_time.release()
