"""What happened in a rehearsal: what was written down, and what Ray says beside it."""

from __future__ import annotations

from pathlib import Path

from cluster.rehearsal import asking, inside, ray_log
from cluster.rehearsal.events import Event, read
from cluster.rehearsal.world import World


def happened(world: World) -> list[Event]:
    """All of it, in the order of time.

    Raises:
        ServiceError: the control plane does not answer.
    """
    written = list(read(Path(world.folder)))
    head = asking.head(world)
    said = inside.lines_of(world, head, ray_log.FILE, ray_log.PATTERN) if head else []
    return sorted([*written, *ray_log.parse(said, written)], key=lambda one: one.at)
