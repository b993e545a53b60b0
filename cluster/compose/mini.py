"""The mini-cluster: launched, and taken away."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from cluster.compose import keys, size
from cluster.compose.project import PROJECT, Project, Tell
from cluster.compose.store import holds_only
from cluster.launched import Launched, forget, recall, remember
from errors import ServiceError

TARGET = "compose"
NAME = "ray-on-aws"
STORAGE = "s3://ray-on-aws"
# The labels that docker-compose.yml gives workers.
SUBCLUSTERS = {"amd64": "intel", "arm64": "graviton"}
# What the benchmark keeps there, and makes anew where it is missing.
BENCHMARK = "bench/"
# An emulated node takes its time, and more of it on a busy machine.
SECONDS_TO_START = 300.0


def project(state: Path) -> Project:
    """The project on this machine, with its secrets below the folder `state`."""
    return Project(os.environ.get(PROJECT, NAME), state / "secrets")


def launch(
    state: Path,
    *,
    arch: str,
    cpus: int,
    memory: int,
    workers: Mapping[str, int],
    tell: Tell = lambda _line: None,
) -> Launched:
    """Starts the mini-cluster, or changes the number of its workers where it runs.

    Args:
        state: the folder for what is to be remembered, secrets among it.
        arch: of the engine.
        cpus: of the engine.
        memory: of the engine, in bytes.
        workers: how many of each arch.
        tell: is given a line for each container that became healthy.

    Raises:
        ServiceError: it did not start.
    """
    running = project(state)
    keys.ensure(running.secrets)
    variables = size.variables(arch, cpus, memory, workers, os.environ)
    running.up(workers, variables, SECONDS_TO_START, tell)
    launched = Launched(
        target=TARGET,
        name=running.name,
        dashboard=f"http://{running.address('head', 8265)}",
        token_file=str(running.secrets / keys.TOKEN),
        storage=STORAGE,
        store=f"http://{running.address('object-store', 9000)}",
        measured=SUBCLUSTERS[arch] if workers.get(arch) else "",
    )
    remember(state, launched)
    return launched


def take_away(state: Path, *, volumes: bool) -> bool:
    """Takes the mini-cluster away; gives whether the data of its store stays.

    Data that the benchmark can make again is no reason to keep the volume.

    Raises:
        ServiceError: something is left.
    """
    running = project(state)
    running.down(volumes=volumes or _holds_benchmark_only(running))
    before = recall(state)
    if before is not None and before.remote is None:
        forget(state)
    return bool(running.left("volume"))


def _holds_benchmark_only(running: Project) -> bool:
    try:
        endpoint = f"http://{running.address('object-store', 9000)}"
    except ServiceError:
        return False
    pair = keys.ensure(running.secrets)
    return holds_only(endpoint, pair, STORAGE.removeprefix("s3://"), BENCHMARK)
