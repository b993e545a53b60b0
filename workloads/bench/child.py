"""An engine in a process of its own, which stays alive between runs, so that it can be warm.

Run as `python -m workloads.bench.child ENGINE DESCRIPTOR`: it takes calls from the socket with that
descriptor, one after the other, and answers each with None or with what went wrong. Parent and
child trust one another: what goes between them is pickled.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from errors import ServiceError
from workloads.bench.catalogue import Entry
from workloads.bench.meter import Usage, measure

REPOSITORY = Path(__file__).parents[2]
SECONDS_TO_END = 15
LOG_LINES = 15


class Engine:
    """An engine that runs in a process of its own.

    Attributes:
        name: of the module in `workloads.bench.engines`.
        started: whether its `start` was called.
    """

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self.started = False
        self._log = log
        here, there = socket.socketpair()
        with there, log.open("ab") as output:
            paths = [str(REPOSITORY), os.environ.get("PYTHONPATH", "")]
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", __name__, name, str(there.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=[there.fileno()],
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
                # Ctrl-C is for this process, which then ends the child.
                start_new_session=True,
            )
        self._calls = Connection(here.detach())

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._calls.close()  # the child takes that for the end
        try:
            self._process.wait(SECONDS_TO_END if error is None else 1)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def measure(self, function: str, *arguments: Any) -> Usage:
        """Calls a function of the engine and tells what its processes used meanwhile.

        Raises:
            ServiceError: the call failed, or the process ended.
        """
        return measure(self._process.pid, lambda: self.call(function, *arguments))

    def call(self, function: str, *arguments: Any) -> Any:
        """What a function of the engine gives back.

        Raises:
            ServiceError: the call failed, or the process ended.
        """
        try:
            self._calls.send((function, arguments))
            failure, result = self._calls.recv()
        except (EOFError, OSError) as error:
            self._process.wait()
            raise ServiceError(
                f"the engine {self.name} ended with code {self._process.returncode} in "
                f"'{function}': {self._tail()}"
            ) from error
        self.started = self.started or function == "start"
        if failure:
            raise ServiceError(f"the engine {self.name} failed in '{function}': {failure}")
        return result

    def _tail(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()[-LOG_LINES:]
        return "\n".join([f"the end of {self._log}:", *lines])


class Engines:
    """The engines of a benchmark, each started when it is first wanted, all ended with it."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._open: dict[str, Engine] = {}
        self._fresh: set[str] = set()

    def __enter__(self) -> Engines:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for engine in self._open.values():
            engine.__exit__(kind, error, trace)

    def get(self, entry: Entry) -> Engine:
        """The engine of an entry of the catalogue."""
        if entry.engine not in self._open:
            self._open[entry.engine] = Engine(entry.engine, self._logs / f"{entry.engine}.log")
        if entry.fresh:
            self._fresh.add(entry.engine)
        return self._open[entry.engine]

    def end_fresh(self) -> None:
        """Ends those that every workload is to find fresh."""
        for name in self._fresh & self._open.keys():
            self._open.pop(name).__exit__(None, None, None)


def serve(engine: ModuleType, calls: Connection) -> None:
    """Answers calls until the other side closes the connection."""
    while True:
        try:
            function, arguments = calls.recv()
        except EOFError:
            return
        try:
            result = getattr(engine, function)(*arguments)
        except Exception as error:  # noqa: BLE001 - told to the parent, which raises it
            traceback.print_exc()
            calls.send((f"{type(error).__name__}: {error}", None))
        else:
            calls.send((None, result))


@contextmanager
def engine_module(name: str) -> Iterator[ModuleType]:
    """The module of an engine, stopped at the end if it can be."""
    module = importlib.import_module(f"workloads.bench.engines.{name}")
    try:
        yield module
    finally:
        getattr(module, "stop", lambda: None)()


if __name__ == "__main__":
    with engine_module(sys.argv[1]) as found:
        serve(found, Connection(int(sys.argv[2])))
