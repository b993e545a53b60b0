"""What was found for a cluster, handed on to its jobs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cluster.launched import Launched


def place_of(launched: Launched, subcluster: str) -> str:
    """The folder for the profiles of a kind of cluster: its target, name and subcluster."""
    from workloads.files.profiles import slug

    return slug(" ".join(filter(None, [launched.target, launched.name, subcluster])))


def variables(launched: Launched, subcluster: str) -> dict[str, str]:
    """The environment of a job that is to go by what was found, as RAY_ON_AWS_TUNING has it.

    What this process's own environment says comes first. A job that is kept to no subcluster goes
    by what was found for the nodes that are measured. A limit of tasks at once is left out where
    it was found with another number of vCPUs than the job has.

    Args:
        launched: a cluster that is reached.
        subcluster: that the job is kept to; empty for none.

    Raises:
        UsageError: a profile cannot be read.
        ServiceError: the cluster does not answer.
    """
    from workloads.files.profiles import of_place
    from workloads.files.tuning import FROM, TUNING

    if said := os.environ.get(TUNING):
        return {TUNING: said}
    told: dict[str, dict[str, Any]] = {}
    own = of_place(place_of(launched, subcluster))
    for profile in own or of_place(place_of(launched, launched.measured)):
        fields = dict(profile.tuning)
        if "at_once" in fields and profile.kind.vcpus != _vcpus(launched, subcluster):
            del fields["at_once"]
        told[profile.function] = {**fields, FROM: profile.name}
    return {TUNING: json.dumps(told)} if told else {}


@contextmanager
def nothing() -> Iterator[None]:
    """Lets jobs go by their defaults, whatever was found."""
    from workloads.files.tuning import TUNING

    before = os.environ.get(TUNING)
    os.environ[TUNING] = "{}"
    try:
        yield
    finally:
        if before is None:
            del os.environ[TUNING]
        else:
            os.environ[TUNING] = before


def _vcpus(launched: Launched, subcluster: str) -> int:
    from cluster.nodes import nodes

    taking_part = [one for one in nodes(launched) if subcluster in ("", one.subcluster)]
    return int(sum(one.cpus for one in taking_part))
