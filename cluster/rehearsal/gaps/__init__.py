"""What moto leaves out, or does otherwise than EC2, filled in: a module a gap.

Each module says what EC2 does and what moto does, and has a function `fill`. They reach into moto,
so that they go with one version of it, and refuse any other.
"""

from __future__ import annotations

import moto

from cluster.rehearsal.gaps import (
    addresses,
    counts,
    endpoints,
    fleets,
    placement_groups,
    profiles,
    stacks,
    statuses,
)
from errors import ServiceError

TESTED_WITH = "5.2.5"
GAPS = (addresses, counts, endpoints, fleets, placement_groups, profiles, stacks, statuses)


def fill() -> None:
    """Fills every gap, in this process; once is enough, and more does no harm.

    Raises:
        ServiceError: moto is not of the version that this was tested with.
    """
    if moto.__version__ != TESTED_WITH:
        raise ServiceError(
            f"the rehearsal was tested with moto {TESTED_WITH}, and this is {moto.__version__}: "
            "./invoke --list brings the environment to what requirements.lock says"
        )
    for gap in GAPS:
        gap.fill()
