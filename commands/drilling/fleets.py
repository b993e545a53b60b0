"""The node type of a config that is filled from a fleet, with on-demand as its last resort."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from cluster.node.fleet.wish import Wish, wish
from commands.drilling.stage import Stage

# Ray's default, of all types together.
MAX_WORKERS = 2


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """A node type with the key `Fleet`.

    Attributes:
        node_type: its name in the config.
        labels: of its nodes.
        cpus: of each.
        most: how many workers of it there may be.
        wish: what the key says.
    """

    node_type: str
    labels: Mapping[str, str]
    cpus: int
    most: int
    wish: Wish

    def workers(self, stage: Stage) -> int:
        """How many there are, as EC2 has them.

        Raises:
            ServiceError: EC2 does not answer.
        """
        return sum(
            one.node_type == self.node_type and one.state in ("pending", "running")
            for one in stage.instances()
        )


def fleet(stage: Stage) -> Fleet | None:
    """The first one that tasks may go to, of spot, and of on-demand where there is none.

    Raises:
        UsageError: a key `Fleet` says what cannot be.
    """
    for name, one in stage.types().items():
        wanted = wish(one.get("node_config", {}))
        if wanted and wanted.spot and wanted.on_demand_after < math.inf:
            return Fleet(
                node_type=name,
                labels=one.get("labels", {}),
                cpus=int(one.get("resources", {}).get("CPU", stage.cpus())),
                most=int(one.get("max_workers", stage.config.get("max_workers", MAX_WORKERS))),
                wish=wanted,
            )
    return None
