"""Launching the mini-cluster: containers on this machine."""

from __future__ import annotations

import time

from cluster.compose import mini
from commands import state
from commands.launching import images
from commands.status import show
from errors import UsageError
from images import build
from images.engine import Engine

AS_CAN_BE = -1


def launch(*, amd64: int, arm64: int) -> None:
    """Starts the mini-cluster, or changes the number of its workers, and shows it.

    Args:
        amd64: how many workers of this arch; `AS_CAN_BE` for one where this machine can run it.
        arm64: the same.

    Raises:
        UsageError: there are to be no workers, or a cluster elsewhere is launched.
        ServiceError: no engine answers, an image does not build, or a node does not come up.
    """
    state.refuse_another("compose")
    engine = Engine()
    workers = _workers(engine, {"amd64": amd64, "arm64": arm64})
    wanted = {("ray", arch) for arch, number in workers.items() if number}
    images.ensure(engine, wanted | {("ray", engine.arch), ("object-store", engine.arch)})
    parts = " and ".join(f"{number} {arch}" for arch, number in workers.items() if number)
    print(f"starting the mini-cluster: a head, {parts} worker(s), an object store", flush=True)
    begin = time.monotonic()
    launched = mini.launch(
        state.folder(),
        arch=engine.arch,
        cpus=engine.cpus,
        memory=engine.memory_bytes,
        workers=workers,
        tell=lambda line: print(f"{time.monotonic() - begin:5.1f} s  {line}", flush=True),
    )
    print(f"ready for jobs in {time.monotonic() - begin:.1f} s\n")
    show(launched)


def _workers(engine: Engine, asked: dict[str, int]) -> dict[str, int]:
    """How many workers of each arch are to run.

    Raises:
        UsageError: none at all, or less than none.
        ServiceError: this machine cannot run those that were asked for.
    """
    workers = {}
    for arch, number in asked.items():
        if number < AS_CAN_BE:
            raise UsageError(f"--{arch} {number} is less than none")
        if number == AS_CAN_BE and not engine.runs(arch):
            print(f"no {arch} worker, as this machine does not emulate it: see ./invoke doctor")
            number = 0
        elif number:
            build.check_emulation(engine, arch)
        workers[arch] = 1 if number == AS_CAN_BE else number
    if not any(workers.values()):
        raise UsageError("a cluster without workers does no work: give --amd64 or --arm64")
    return workers
