"""What the instances of a rehearsal take of this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import docker

from cluster.rehearsal.world import INSTANCE, OF, World


@dataclass(frozen=True)
class Footprint:
    """What an instance takes.

    Attributes:
        memory_bytes: of its processes, without files that the kernel keeps at hand.
        disk_bytes: written to its own file system and to its engine's store.
    """

    memory_bytes: int
    disk_bytes: int


def footprints(world: World) -> list[Footprint]:
    """What each instance that runs takes."""
    client = docker.from_env()
    written = {one["Id"]: int(one.get("SizeRw") or 0) for one in client.api.df()["Containers"]}
    found = []
    for container in client.containers.list(
        filters={"label": [f"{OF}={world.name}", INSTANCE]}, ignore_removed=True
    ):
        told: Any = container.stats(stream=False)
        memory = told["memory_stats"]
        details = memory["stats"]
        files = details.get("total_inactive_file", details.get("inactive_file", 0))
        looked: Any = container.exec_run(["du", "-sxb", "/var/lib/docker"])
        store = looked.output.decode().split()[0]
        found.append(Footprint(int(memory["usage"] - files), int(store) + written[container.id]))
    return found
