"""`./invoke launch`: a cluster started."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from invoke.context import Context

from commands import RESULTS
from commands.command import command
from errors import UsageError

if TYPE_CHECKING:
    from images.engine import Engine

TARGETS = ("compose",)
ARCHES = ("amd64", "arm64")
AS_CAN_BE = -1


@command(
    help={
        "target": "where: compose, which is containers on this machine",
        "amd64": "number of amd64 workers; one where this machine can run them, if not said",
        "arm64": "number of arm64 workers; one where this machine can run them, if not said",
    }
)
def launch(
    _context: Context, target: str = "compose", amd64: int = AS_CAN_BE, arm64: int = AS_CAN_BE
) -> None:
    """Start a cluster, or change the number of its workers; builds the images that are missing."""
    from cluster.compose import mini
    from commands import state
    from commands.status import show
    from images.engine import Engine

    if target not in TARGETS:
        raise UsageError(f"'{target}' is no target: choose {', '.join(TARGETS)}")
    engine = Engine()
    workers = _workers(engine, {"amd64": amd64, "arm64": arm64})
    _ensure_images(engine, workers)
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
    from images.build import check_emulation

    workers = {}
    for arch, number in asked.items():
        if number < AS_CAN_BE:
            raise UsageError(f"--{arch} {number} is less than none")
        if number == AS_CAN_BE and not engine.runs(arch):
            print(f"no {arch} worker, as this machine does not emulate it: see ./invoke doctor")
            number = 0
        elif number:
            check_emulation(engine, arch)
        workers[arch] = 1 if number == AS_CAN_BE else number
    if not any(workers.values()):
        raise UsageError("a cluster without workers does no work: give --amd64 or --arm64")
    return workers


def _ensure_images(engine: Engine, workers: dict[str, int]) -> None:
    """Builds the images that the cluster is of, where the engine does not have them."""
    from commands.build import show
    from images import build
    from images.bake import targets

    wanted = {("ray", arch) for arch, number in workers.items() if number}
    wanted |= {("ray", engine.arch), ("object-store", engine.arch)}
    for target in targets():
        if (target.image, target.arch) in wanted and not engine.has_image(target.tag):
            print(f"{target.tag} is not built yet", flush=True)
            show(
                build.build(
                    [target.image],
                    [target.arch],
                    kept=RESULTS,
                    tell=lambda line: print(line, flush=True),
                )
            )
