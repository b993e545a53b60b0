"""An engine in a process of its own, which stays alive between runs, so that it can be warm.

Run as `python -m workloads.bench.child ENGINE DESCRIPTOR`: it takes calls from the socket with that
descriptor, one after the other, and answers each with None or with what went wrong. Parent and
child trust one another: what goes between them is pickled.

A function is of the engine's own module, or, as `text.clean`, of the one that it has for a family.
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
from collections.abc import Sequence
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any

from errors import ServiceError
from workloads.bench import session
from workloads.bench.meter import Meter, Tree, Usage, measure

if TYPE_CHECKING:
    # What the child imports counts as memory of every engine, so it is to be little.
    from workloads.bench.catalogue import Entry

REPOSITORY = Path(__file__).parents[2]
SECONDS_TO_END = 15
SECONDS_TO_END_AFTER_ERROR = 1
LOG_LINES = 15
ENGINES = "workloads.bench.engines"


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
        self._log_begin = log.stat().st_size if log.exists() else 0
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
                # Ctrl-C is for this process, which then ends the child and all that it started.
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
        self.dismiss()
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(SECONDS_TO_END if error is None else SECONDS_TO_END_AFTER_ERROR)
        finally:
            session.end(self._process.pid)
            self._process.wait()

    def load(self, family: str) -> None:
        """Loads what the engine has for a family, so that its first run does not have to.

        Raises:
            ServiceError: it has nothing, or that does not load.
        """
        self.call(f"{family}.")

    def dismiss(self) -> None:
        """Lets the child end when it has done what it is at; waits for nothing."""
        self._calls.close()

    def measure(
        self, function: str, *arguments: Any, also: Sequence[Meter] = ()
    ) -> tuple[Usage, Any]:
        """What processes used while a function of the engine ran, and what it gave back.

        Args:
            function: of the engine.
            arguments: of the function.
            also: what tells of processes beside the engine's own, as on the nodes of a cluster.

        Raises:
            ServiceError: the call failed, or the process ended.
        """
        results: list[Any] = []
        usage = measure(
            [Tree(self._process.pid), *also],
            lambda: results.append(self.call(function, *arguments)),
        )
        return usage, results[0]

    def call(self, function: str, *arguments: Any) -> Any:
        """What a function of the engine gives back.

        Raises:
            ServiceError: the call failed, or the process ended.
        """
        try:
            self._calls.send((function, arguments))
            failure, result = self._calls.recv()
        except (EOFError, OSError) as error:
            raise ServiceError(
                f"the engine {self.name} {self._end()} in '{function}'; {self._last_words()}"
            ) from error
        self.started = self.started or function == "start"
        if failure:
            raise ServiceError(f"the engine {self.name} failed in '{function}': {failure}")
        return result

    def _end(self) -> str:
        code = self._process.wait()
        if code >= 0:
            return f"ended with code {code}"
        if code == -signal.SIGKILL:
            return "was killed, as systems do when memory runs out,"
        return f"was ended by {signal.Signals(-code).name}"

    def _last_words(self) -> str:
        with self._log.open("rb") as log:
            log.seek(self._log_begin)
            lines = log.read().decode(errors="replace").splitlines()[-LOG_LINES:]
        if not lines:
            return f"it wrote nothing to {self._log}"
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
        # They end side by side, and all of them, also when another Ctrl-C comes meanwhile.
        ends = ExitStack()
        for engine in self._open.values():
            engine.dismiss()
            ends.push(engine)
        ends.__exit__(kind, error, trace)

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

    def end_all(self) -> None:
        """Ends all: those of another family are not to have in memory what this one needs."""
        self.__exit__(None, None, None)
        self._open.clear()


def serve(engine: str, calls: Connection) -> None:
    """Answers calls until the other side closes the connection."""
    _module(engine)
    while True:
        try:
            function, arguments = calls.recv()
        except EOFError:
            return
        try:
            family, _, name = function.rpartition(".")
            module = _module(engine, family)
            # Without a name, loading is all.
            result = getattr(module, name)(*arguments) if name else None
        except Exception as error:  # noqa: BLE001 - told to the parent, which raises it
            traceback.print_exc()
            calls.send((f"{type(error).__name__}: {error}", None))
        else:
            calls.send((None, result))


def _module(engine: str, family: str = "") -> ModuleType:
    return importlib.import_module(".".join(filter(None, [ENGINES, family, engine])))


if __name__ == "__main__":
    descriptor = int(sys.argv[2])
    # Held by a process of the engine's, it would hide the engine's end from the parent.
    os.set_inheritable(descriptor, False)
    serve(sys.argv[1], Connection(descriptor))
