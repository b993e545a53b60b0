"""What a drill's job is asked to do, on its command line."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar, TypeVar

FOREVER = 10**6
# How the annotations of the classes below are read from a command line.
READ: Mapping[str, Callable[[str], Any]] = {
    "int": int,
    "float": float,
    "str": str,
    "dict[str, float]": json.loads,
    "dict[str, str]": json.loads,
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A job of tasks that sleep.

    Attributes:
        tasks: how many, each for a CPU.
        seconds: that each takes.
        at_once: as many are submitted and not done at a time, so that no more nodes are asked for;
            those on a node that is to end are not counted.
        fill: as many more as keep all workers busy that there were at most, where the autoscaler
            launched more than were needed.
        resources: custom ones that each task takes.
        labels: that its node is to have.
        at_least: looks on after the tasks until so many workers take tasks.
        at_most: looks on until no more than so many are left.
        settle: looks on for so many seconds after that, whatever comes.
        linger: looks on for so many seconds at most.
        unwatched: stops the spot watcher on one worker, as soon as so many take tasks.
        impossible: asks in the end for a task that no node can run, and waits for Ray to say so.
    """

    MODULE: ClassVar = "workloads.drills.tasks"

    tasks: int
    seconds: float
    at_once: int = FOREVER
    fill: bool = False
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


@dataclass(frozen=True, kw_only=True)
class AskedText:
    """A job of the text workload at a walking pace: text cleaned, files in and files out.

    Attributes:
        folder: that it works in; the text is made in one of its own in it, if it is not there yet.
        output: the folder in it to write.
        files: how many to write.
        seconds: that each takes at least.
        at_once: as many are under way at a time, so that no more nodes are asked for.
        at_least: looks on after the work until so many workers take tasks.
        linger: looks on for so many seconds at most.
        keep: leaves the output where it is, for a run that goes on with it, or for a look.
    """

    MODULE: ClassVar = "workloads.drills.text"

    folder: str
    output: str
    files: int
    seconds: float
    at_once: int = FOREVER
    at_least: int = 0
    linger: float = 0.0
    keep: bool = False

    def __str__(self) -> str:
        return f"{self.files} files of text, {self.seconds:g} s each"


Kind = TypeVar("Kind", Asked, AskedText)


def parse(kind: type[Kind], argv: Sequence[str] | None) -> Kind:
    """What the command line says."""
    parser = argparse.ArgumentParser(f"python -m {kind.MODULE}", description=__doc__)
    for one in fields(kind):
        option = _option(one.name)
        if one.type == "bool":
            parser.add_argument(option, action="store_true")
        else:
            # What need not be said, and is not, is left to the class.
            needed = one.default is MISSING and one.default_factory is MISSING
            read = READ[str(one.type)]
            parser.add_argument(option, type=read, required=needed, default=argparse.SUPPRESS)
    return kind(**vars(parser.parse_args(argv)))


def words(asked: Asked | AskedText) -> list[str]:
    """The command line that says the same, from its module on."""
    found = [asked.MODULE]
    for name, value in vars(asked).items():
        if isinstance(value, bool):
            found += [_option(name)] if value else []
        elif isinstance(value, dict):
            found += [_option(name), json.dumps(value)] if value else []
        else:
            found += [_option(name), f"{value}"]
    return found


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
