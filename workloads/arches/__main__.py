"""`python -m workloads.arches`: a task for each kind of node, pinned to it; each says its arch."""

from __future__ import annotations

import argparse
import platform
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from errors import RayOnAwsError, ServiceError
from workloads.files.distribute import start_ray

KINDS = ("Intel", "AMD", "Graviton")


@dataclass(frozen=True)
class Place:
    """Where a task ran."""

    machine: str
    host: str


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the tasks and prints a line for each; gives the exit code."""
    parser = argparse.ArgumentParser("python -m workloads.arches", description=__doc__)
    parser.add_argument(
        "--resources", default="", help="only these, as Intel,Graviton; default: all there are"
    )
    arguments = parser.parse_args(argv)
    try:
        wanted = [one.strip() for one in arguments.resources.split(",") if one.strip()]
        for resource, place in run(wanted).items():
            print(f"{resource}: ran on {place.machine}, host {place.host}")
    except RayOnAwsError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def run(resources: Sequence[str]) -> dict[str, Place]:
    """Where the task of each resource ran.

    Args:
        resources: of nodes; empty for those of KINDS that the cluster has.

    Raises:
        ServiceError: no node has a resource, so its task would wait for ever.
    """
    start_ray()
    import ray

    there = ray.cluster_resources()  # type: ignore[no-untyped-call]
    wanted = list(resources) or [one for one in KINDS if one in there]
    if missing := [one for one in wanted if one not in there]:
        raise ServiceError(
            f"no node has the resource {', '.join(missing)}: the cluster has "
            f"{', '.join(one for one in KINDS if one in there) or 'none of these kinds'}"
        )
    pinned = ray.remote(where)
    running = {one: pinned.options(num_cpus=1, resources={one: 1}).remote() for one in wanted}
    return {one: ray.get(task) for one, task in running.items()}


def where() -> Place:
    """The place of whoever calls this."""
    return Place(platform.machine(), socket.gethostname())


if __name__ == "__main__":
    sys.exit(main())
