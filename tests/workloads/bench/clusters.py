"""A Ray cluster on this machine: a head without CPUs, and two subclusters, a node and CPU each."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).parents[3]
SUBCLUSTERS = ("intel", "amd")
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class RunningCluster:
    """A cluster, and the process of each subcluster's raylet."""

    address: str
    raylets: Mapping[str, int]

    @contextmanager
    def work_seen(self) -> Iterator[dict[str, set[str]]]:
        """What the workers of each subcluster do meanwhile, by Ray's names of tasks and actors."""
        found: dict[str, set[str]] = {name: set() for name in self.raylets}
        end = Event()

        def look() -> None:
            while not end.wait(POLL_SECONDS):
                for name, pid in self.raylets.items():
                    found[name] |= {_work(one) for one in psutil.Process(pid).children()} - {""}

        thread = Thread(target=look)
        thread.start()
        try:
            yield found
        finally:
            end.set()
            thread.join()


@contextmanager
def running_cluster(variables: Mapping[str, str]) -> Iterator[RunningCluster]:
    """Runs a cluster whose processes have these variables, until the block is left."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        # As docker-compose.yml does, for Arrow's uploads to a store that is not AWS's own.
        patch.setenv("AWS_REQUEST_CHECKSUM_CALCULATION", "WHEN_REQUIRED")
        cluster: Any = Cluster()
        try:
            cluster.add_node(num_cpus=0, include_dashboard=False, dashboard_agent_listen_port=0)
            raylets = {}
            for name in SUBCLUSTERS:
                node = cluster.add_node(
                    num_cpus=1, labels={"ray-subcluster": name}, dashboard_agent_listen_port=0
                )
                raylets[name] = node.all_processes["raylet"][0].process.pid
            yield RunningCluster(cluster.address, raylets)
        finally:
            cluster.shutdown()


def _work(process: psutil.Process) -> str:
    """`ray::` and what a worker is at; empty for all else."""
    try:
        words, is_worker = process.cmdline(), "RAY_JOB_ID" in process.environ()
    except psutil.Error:
        return ""
    return words[0] if is_worker and words else ""


def environment(variables: dict[str, str]) -> dict[str, str]:
    """The environment of a program that is to use a cluster, or not, with these variables."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        # A token is asked for by all of a machine's clusters, once this process has started one.
        if not name.startswith("RAY_") or name.startswith("RAY_AUTH_")
    }
    return inherited | {"PYTHONPATH": str(ROOT)} | variables
