"""Profiles: what `./invoke tune` has found for a function, kept for the jobs that come after.

A file for each function, in a folder for each kind of machine, or of cluster.
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from errors import UsageError
from workloads.files.distribute import REPOSITORY, on_cluster
from workloads.machine.limits import vcpus
from workloads.machine.processor import arch, cpu_name

# Names the folder for them.
VARIABLE = "RAY_ON_AWS_PROFILES"


@dataclass(frozen=True)
class Kind:
    """What machines have in common that one profile suits.

    Of a cluster: its nodes together.
    """

    cpu: str
    arch: str
    vcpus: int

    @property
    def place(self) -> str:
        """The name of the folder for its profiles."""
        return slug(f"{self.cpu} {self.vcpus} vCPUs")


@dataclass(frozen=True)
class Profile:
    """What a job reads of a profile.

    Attributes:
        file: it is in.
        function: that it is for, `module:function`.
        tuning: the fields that are not as by default.
        kind: of machine.
    """

    file: Path
    function: str
    tuning: Mapping[str, Any]
    kind: Kind

    @property
    def name(self) -> str:
        """The file, as it is told: within the repository, or whole."""
        if self.file.is_relative_to(REPOSITORY):
            return str(self.file.relative_to(REPOSITORY))
        return str(self.file)


def folder() -> Path:
    """Where profiles are kept: in the repository, or where the environment says."""
    return Path(os.environ.get(VARIABLE) or REPOSITORY / "results" / "tuning").absolute()


def file_of(place: str, function: str) -> Path:
    """The file of a profile."""
    return folder() / place / f"{slug(function)}.json"


def slug(name: str) -> str:
    """A name as a file may have it."""
    return re.sub(r"[^A-Za-z0-9._]+", "-", name.replace(":", ".")).strip("-").lower()


def here() -> Kind:
    """The kind of this machine."""
    root = Path("/")
    return Kind(cpu_name(root), arch(platform.machine()), vcpus(root))


def find(function: str) -> Profile | None:
    """The profile of a function for this machine.

    None where there is none, or work goes to a cluster.

    Raises:
        UsageError: there is one, which cannot be read.
    """
    if on_cluster() or not folder().is_dir():
        return None
    kind = here()
    file = file_of(kind.place, function)
    if not file.exists():
        return None
    found = read(file)
    return found if (found.function, found.kind) == (function, kind) else None


def of_place(place: str) -> list[Profile]:
    """All profiles for a kind of machine or cluster, by the names of their files.

    Raises:
        UsageError: one cannot be read.
    """
    return [read(file) for file in sorted((folder() / place).glob("*.json"))]


def read(file: Path) -> Profile:
    """What is in a file.

    Raises:
        UsageError: it is no profile, or may not be read.
    """
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        machine = told["machine"]
        kind = Kind(machine["cpu"], machine["arch"], machine["vcpus"])
        return Profile(file, told["function"], {**told["tuning"]}, kind)
    except OSError as error:
        raise UsageError(f"the profile {file} cannot be read: {error.strerror}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"{file} is no profile ({error!r}): delete it, or run ./invoke tune again"
        ) from error
