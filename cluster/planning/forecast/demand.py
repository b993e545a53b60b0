"""What is asked of a cluster: tasks, how long each takes, and what each needs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from errors import UsageError

# Ray counts resources in ten-thousandths.
UNITS = 10_000
KEYS = {"tasks", "seconds", "resources", "labels", "at"}


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What one task needs of a node.

    Attributes:
        resources: how much of each, as pairs in the order of their names.
        labels: that the node is to have, as pairs.
    """

    resources: tuple[tuple[str, float], ...]
    labels: tuple[tuple[str, str], ...] = ()

    @cached_property
    def units(self) -> tuple[tuple[str, int], ...]:
        """The resources as whole numbers of Ray's units."""
        return tuple((name, round(amount * UNITS)) for name, amount in self.resources)

    def count_in(self, free: Mapping[str, int]) -> int:
        """How many such tasks there is room for in so many units of each resource."""
        return min(free.get(name, 0) // units for name, units in self.units)

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether a node with these labels is one that the task may run on."""
        return all(labels.get(key) == value for key, value in self.labels)

    def __str__(self) -> str:
        needs = [f"{name}: {amount:g}" for name, amount in self.resources]
        return f"{{{', '.join([*needs, *(f'{key}={value}' for key, value in self.labels)])}}}"


@dataclass(frozen=True, kw_only=True)
class Demand:
    """Tasks of one kind that are submitted together.

    Attributes:
        tasks: how many.
        seconds: that each runs.
        shape: what each needs.
        at: the second they are submitted in.
    """

    tasks: int
    seconds: float
    shape: Shape
    at: float = field(default=0.0)

    def __str__(self) -> str:
        later = f", from second {self.at:g}" if self.at else ""
        return f"{self.tasks:,} tasks of {self.seconds:g} s, each {self.shape}{later}"


def demand(
    tasks: Any,
    seconds: Any,
    resources: Any,
    *,
    labels: Any = None,
    at: Any = 0,
    where: str = "",
) -> Demand:
    """A demand, checked.

    Raises:
        UsageError: a number is not what it should be, with `where` before it.
    """
    if not isinstance(resources, Mapping) or not resources:
        raise UsageError(f"{where}resources should be a mapping such as {{CPU: 1}}")
    amounts = {
        # No finer than Ray counts.
        str(name): round(_number(f"{where}{name}", amount, least=1 / UNITS) * UNITS) / UNITS
        for name, amount in resources.items()
    }
    if labels is not None and not isinstance(labels, Mapping):
        raise UsageError(f"{where}labels should be a mapping such as {{ray-subcluster: intel}}")
    count = _number(f"{where}tasks", tasks, least=1)
    if count != int(count):
        raise UsageError(f"{where}tasks is {count}, and should be a whole number")
    chosen = sorted((str(key), str(value)) for key, value in (labels or {}).items())
    return Demand(
        tasks=int(count),
        seconds=_number(f"{where}seconds", seconds, least=0.001),
        shape=Shape(resources=tuple(sorted(amounts.items())), labels=tuple(chosen)),
        at=_number(f"{where}at", at, least=0),
    )


def read(path: Path) -> list[Demand]:
    """The demands of a YAML or JSON file: a list of {tasks, seconds, resources, labels, at}.

    Raises:
        UsageError: the file cannot be read, or is no such list.
    """
    try:
        listed = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"{path} is no YAML or JSON: {reason}") from error
    if not isinstance(listed, Sequence) or isinstance(listed, str) or not listed:
        raise UsageError(f"{path} should be a list of {{tasks: 480, resources: {{CPU: 1}}}}")
    return [_of_file(entry, f"{path}, demand {at}: ") for at, entry in enumerate(listed, start=1)]


def _of_file(entry: Any, where: str) -> Demand:
    if not isinstance(entry, Mapping):
        raise UsageError(f"{where}it should be a mapping of {', '.join(sorted(KEYS))}")
    if unknown := set(map(str, entry)) - KEYS:
        raise UsageError(f"{where}'{min(unknown)}' is none of {', '.join(sorted(KEYS))}")
    if "tasks" not in entry:
        raise UsageError(f"{where}it does not say how many tasks")
    return demand(
        entry["tasks"],
        entry.get("seconds", 300),
        entry.get("resources", {"CPU": 1}),
        labels=entry.get("labels"),
        at=entry.get("at", 0),
        where=where,
    )


def _number(name: str, value: Any, *, least: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UsageError(f"{name} is {value!r}, and should be a number")
    if value < least:
        raise UsageError(f"{name} is {value}, and should be at least {least:g}")
    return float(value)
