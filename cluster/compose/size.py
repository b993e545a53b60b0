"""How much of this machine the mini-cluster's containers may take."""

from __future__ import annotations

from collections.abc import Mapping

GIB = 2**30
HEAD_MOST = 4 * GIB
# Most of it for the files that it keeps in memory, which count as the container's.
STORE_MOST = 4 * GIB
WORKER_MOST = 8 * GIB
SHARED_MOST = 2 * GIB
# What Ray's own processes need of a worker's memory; tasks may have the rest.
FOR_RAY = 0.25
PORTS = {"DASHBOARD_PORT": "RAY_ON_AWS_DASHBOARD_PORT", "STORE_PORT": "RAY_ON_AWS_STORE_PORT"}


def variables(
    arch: str, cpus: int, memory: int, workers: Mapping[str, int], environ: Mapping[str, str]
) -> dict[str, str]:
    """The variables of docker-compose.yml.

    Args:
        arch: of the engine.
        cpus: of the engine.
        memory: of the engine, in bytes.
        workers: how many of each arch.
        environ: may name other ports than the usual ones.
    """
    head = min(HEAD_MOST, memory // 4)
    worker = min(WORKER_MOST, memory // 2 // max(sum(workers.values()), 1))
    shared = min(SHARED_MOST, worker // 4)
    sizes = {
        "ARCH": arch,
        "HEAD_MEMORY": str(head),
        "STORE_MEMORY": str(min(STORE_MOST, memory // 6)),
        "WORKER_MEMORY": str(worker),
        "SHARED_MEMORY": str(shared),
        # The store of objects lies in the shared memory, with some room beside it.
        "OBJECT_STORE_MEMORY": str(shared * 9 // 10),
        "WORKER_TASK_MEMORY": str(int(worker * (1 - FOR_RAY)) - shared),
    }
    for each, number in workers.items():
        # The machine's own workers share its cores. An emulated one would only take them away.
        share = max(cpus // max(number, 1), 1) if each == arch else 1
        sizes[f"{each.upper()}_CPUS"] = str(share)
    return sizes | {name: environ[given] for name, given in PORTS.items() if given in environ}
