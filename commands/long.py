"""Work that takes long: told of while it goes on, and ended tidily."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tell = Callable[[str], None]


@contextmanager
def ended_as_by_ctrl_c() -> Iterator[None]:
    """Lets `kill`, and a terminal that is closed, end the work as tidily as Ctrl-C does."""
    signals = [signal.SIGTERM, signal.SIGHUP]
    before = [signal.getsignal(number) for number in signals]
    for number, handler in zip(signals, before, strict=True):
        if handler is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def told() -> Iterator[Tell]:
    """A line at a time on standard error; on a terminal, one that is written over."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda line: print(line, file=sys.stderr, flush=True)
        return
    with console.status("") as status:
        yield lambda line: status.update(line)
