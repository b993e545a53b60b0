"""This project's own way: Ray Data spreads files, an Arrow kernel does the work."""

from __future__ import annotations

import os

from workloads.bench.case import Split
from workloads.files.distribute import CPUS_AT_ONCE, start_ray
from workloads.files.job import Summary
from workloads.files.transform import transform as transform_files
from workloads.files.tuning import TUNING, Asked, asked


def start() -> None:
    """Starts the embedded Ray, or connects to the cluster."""
    start_ray()


def limit(cpus: int) -> None:
    """Lets what comes from here on have so many CPUs at a time, and no more."""
    os.environ[CPUS_AT_ONCE] = str(cpus)


def transform(source: str, destination: str, function: str) -> Split:
    """Applies a function to every file of the source."""
    return split(transform_files(source, destination, function, progress=False))


def split(summary: Summary) -> Split:
    """How the tasks of a job spent their time."""
    return Split(summary.read_seconds, summary.work_seconds, summary.write_seconds)


def spilled_bytes() -> int:
    """What Ray's object store has written to disk so far."""
    import ray
    from ray._private.internal_api import get_memory_info_reply, get_state_from_address

    state = get_state_from_address(ray.get_runtime_context().gcs_address)  # type: ignore[no-untyped-call]
    reply = get_memory_info_reply(state)  # type: ignore[no-untyped-call]
    return int(reply.store_stats.spilled_bytes_total)


def go_by(tunings: str) -> None:
    """Lets jobs from here on go by these tunings, said as in RAY_ON_AWS_TUNING."""
    os.environ[TUNING] = tunings


def tunings() -> dict[str, Asked]:
    """How the jobs since the last call were cut up, by function."""
    found = dict(asked)
    asked.clear()
    return found
