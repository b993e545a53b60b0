"""How a job is cut up and spread over cores: defaults, or what was found to be best here."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from errors import UsageError
from workloads.files import profiles
from workloads.files.parquet import BATCH_BYTES, ROW_GROUP_BYTES

# Says how jobs are to be cut up, as JSON: for each function a `Tuning`, its defaults left out, and
# in `from` where that is from. Where it is set, no profile counts, so that {} is all defaults.
TUNING = "RAY_ON_AWS_TUNING"
MAY_BE_NONE = ("at_once", "batch_rows")
FROM = "from"


@dataclass(frozen=True)
class Tuning:
    """How a job is cut up and spread. It changes how long a job takes, and not a row of its result.

    But for the last digit of vectors of text: what shares a batch decides in which order products
    are added up.

    Attributes:
        batch_bytes: about how much the function is given at a time.
        batch_rows: how many rows it is given at a time at the most, for a function that makes much
            of little; None for as many as come to `batch_bytes`.
        row_group_bytes: about how much of its result goes into a row group of a file.
        cpus: that each task takes.
        at_once: how many tasks may be under way at a time; None for all that there is room for.
    """

    batch_bytes: int = BATCH_BYTES
    batch_rows: int | None = None
    row_group_bytes: int = ROW_GROUP_BYTES
    cpus: int = 1
    at_once: int | None = None

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            whole = isinstance(value, int) and not isinstance(value, bool) and value >= 1
            if not whole and not (name in MAY_BE_NONE and value is None):
                raise UsageError(f"{name} is to be a whole number from 1 on, not {value!r}")

    def changed(self, fields_: Mapping[str, Any]) -> Tuning:
        """The same but for some fields.

        Raises:
            UsageError: there is no such field, or it cannot have this value.
        """
        if unknown := sorted(set(fields_) - {one.name for one in fields(self)}):
            raise UsageError(f"a tuning has no {', '.join(unknown)}")
        return replace(self, **fields_)

    def beside(self, default: Tuning) -> dict[str, int | None]:
        """The fields that are not as in another one."""
        return {name: value for name, value in vars(self).items() if value != vars(default)[name]}


@dataclass(frozen=True)
class Asked:
    """What `tuned` was asked and has answered.

    Attributes:
        default: the tuning without a word.
        tuning: what it gave back.
        source: the profile that this is from, or the variable; empty where nothing was said.
    """

    default: Tuning
    tuning: Tuning
    source: str


DEFAULT = Tuning()

# What this process was asked last for each function: the benchmark tells it, and `tune` learns from
# it what there is to tune.
asked: dict[str, Asked] = {}


def tuned(function: str, default: Tuning = DEFAULT) -> Tuning:
    """What the environment, or else a profile of this machine, says of a function.

    The default for what it does not say. On a cluster no profile counts, as the work is done
    elsewhere: what it has is in the environment of its jobs.

    Raises:
        UsageError: what is said cannot be understood.
    """
    told, source = _told(function)
    try:
        tuning = default.changed(told)
    except UsageError as error:
        raise UsageError(f"{source} says of {function}: {error}; run tune again") from error
    asked[function] = Asked(default, tuning, source)
    return tuning


def _told(function: str) -> tuple[Mapping[str, Any], str]:
    """The fields that are said, and where."""
    said = os.environ.get(TUNING)
    if not said:
        found = profiles.find(function)
        return (found.tuning, found.name) if found else ({}, "")
    try:
        told = json.loads(said).get(function)
        if told is None:
            return {}, ""
        source = told.pop(FROM, TUNING)
        return dict(told), str(source)
    except (AttributeError, TypeError, ValueError) as error:
        raise UsageError(
            f"{TUNING} is not a JSON object of tunings ({error}): unset it, or run tune again"
        ) from error
