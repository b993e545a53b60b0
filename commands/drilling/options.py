"""What the options of `./invoke drill` say; 0 and empty where they say nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Options:
    """Each drill has its own defaults.

    Attributes:
        tasks: how many.
        seconds: that each takes.
        notice: seconds that EC2 gives before it takes an instance back; 120 on AWS always.
        boot: seconds that a worker is forecast to need; measured ones in the rehearsal, if 0.
    """

    tasks: int = 0
    seconds: float = 0.0
    notice: float = 0.0
    boot: float = 0.0
