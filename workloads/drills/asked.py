"""What a drill's job is asked to do, on its command line."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

FOREVER = 10**6


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A job of tasks that sleep.

    Attributes:
        tasks: how many, each for a CPU.
        seconds: that each takes.
        at_once: as many are submitted and not done at a time, so that no more nodes are asked for.
        resources: custom ones that each task takes.
        labels: that its node is to have.
        at_least: looks on after the tasks until so many workers take tasks.
        at_most: looks on until no more than so many are left.
        settle: looks on for so many seconds after that, whatever comes.
        linger: looks on for so many seconds at most.
        unwatched: stops the spot watcher on one worker, as soon as so many take tasks.
        impossible: asks in the end for a task that no node can run, and waits for Ray to say so.
    """

    tasks: int
    seconds: float
    at_once: int = FOREVER
    resources: dict[str, float] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    at_least: int = 0
    at_most: int = FOREVER
    settle: float = 0.0
    linger: float = 0.0
    unwatched: int = 0
    impossible: bool = False

    def __str__(self) -> str:
        return f"{self.tasks} tasks of {self.seconds:g} s"


def parse(argv: Sequence[str] | None) -> Asked:
    """What the command line says."""
    parser = argparse.ArgumentParser("python -m workloads.drills.tasks", description=__doc__)
    parser.add_argument("--tasks", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--at-once", type=int, default=FOREVER)
    parser.add_argument("--resources", type=json.loads, default={})
    parser.add_argument("--labels", type=json.loads, default={})
    parser.add_argument("--at-least", type=int, default=0)
    parser.add_argument("--at-most", type=int, default=FOREVER)
    parser.add_argument("--settle", type=float, default=0.0)
    parser.add_argument("--linger", type=float, default=0.0)
    parser.add_argument("--unwatched", type=int, default=0)
    parser.add_argument("--impossible", action="store_true")
    return Asked(**vars(parser.parse_args(argv)))


def words(asked: Asked) -> list[str]:
    """The command line that says the same."""
    found = []
    for name, value in vars(asked).items():
        option = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            found += [option] if value else []
        elif isinstance(value, dict):
            found += [option, json.dumps(value)] if value else []
        else:
            found += [option, f"{value}"]
    return found
