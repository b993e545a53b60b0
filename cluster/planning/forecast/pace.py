"""How long things take between the autoscaler's decision and a node that works."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

# As Ray reads it, in the head's container: whole seconds.
ROUND = re.compile(r"\bAUTOSCALER_UPDATE_INTERVAL_S=(\d+)")
# Where a config can say it.
SAYS = (
    ("docker", "run_options"),
    ("docker", "head_run_options"),
    ("head_start_ray_commands",),
)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds of each step, and the limits of Ray's launcher.

    The first three are medians measured on EC2 with a Linux image, each rounded up
    (daemonology.net, "EC2 boot time benchmarking", 2021: 1.5 s, 4.9 s, 22.8 s); the last two are
    of this project's rehearsal, on one machine. Their sum, 65 s, can be compared with the
    workshop's log of January 2026: 77 and 92 s on EC2, with packages installed at boot.

    Attributes:
        request: RunInstances answers.
        running: EC2 says `running`, which is when it starts to count the seconds.
        ssh: the instance lets one log in.
        image: the container's image is pulled and started.
        join: Ray starts and the node joins the cluster.
        round: between two looks of the autoscaler (AUTOSCALER_UPDATE_INTERVAL_S); the time that it
            needs to think is not counted.
        launches: as many may be asked for and not answered (AUTOSCALER_MAX_CONCURRENT_LAUNCHES).
    """

    request: float = 2.0
    running: float = 5.0
    ssh: float = 23.0
    image: float = 20.0
    join: float = 15.0
    round: float = 5.0
    launches: int = 10

    @property
    def boot(self) -> float:
        """Seconds from asking for a node until it works, without waiting for Ray's rounds."""
        return self.request + self.running + self.ssh + self.image + self.join

    @property
    def install(self) -> float:
        """Seconds that Ray's updater has to do with a running instance."""
        return self.ssh + self.image + self.join

    def within(self, config: Mapping[str, Any]) -> Pace:
        """The same in a cluster of this config, which may say how often the autoscaler looks."""
        for keys in SAYS:
            found: Any = config
            for key in keys:
                found = found.get(key) if isinstance(found, Mapping) else None
            for line in found if isinstance(found, list) else ():
                if (said := ROUND.search(str(line))) and int(said[1]):
                    return replace(self, round=float(said[1]))
        return self

    def scaled(self, boot: float) -> Pace:
        """The same with another time to boot, each step in proportion."""
        by = boot / self.boot
        return replace(
            self,
            request=self.request * by,
            running=self.running * by,
            ssh=self.ssh * by,
            image=self.image * by,
            join=self.join * by,
        )
