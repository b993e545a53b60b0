"""How far long work has come: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

MB = 1_000_000
SECONDS_BETWEEN_LINES = 5.0


class Meter:
    """Shows the progress of one piece of work on standard error.

    Args:
        label: what is being done, in a word or two.
        total: the work, in bytes.
        shown: false for silence.
    """

    def __init__(self, label: str, total: int, shown: bool = True) -> None:
        self._label = label
        self._total = total
        self._done = 0
        self._begin = self._last_line = time.monotonic()
        self._lines = shown and not sys.stderr.isatty()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not shown or self._lines,
        )
        self._task = self._bar.add_task(label, total=total, rate="")

    def __enter__(self) -> Meter:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def advance(self, amount: int) -> None:
        """Counts work that is done, in bytes."""
        self._done += amount
        seconds = max(time.monotonic() - self._begin, 1e-9)
        rate = f"{self._done / MB / seconds:.0f} MB/s"
        self._bar.update(self._task, completed=self._done, rate=rate)
        if self._lines and time.monotonic() - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            print(
                f"{self._label}: {self._done / MB:.0f} of {self._total / MB:.0f} MB, {rate}",
                file=sys.stderr,
                flush=True,
            )
