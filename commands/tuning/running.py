"""Tuning where the work is to be done: in processes of this machine, or as a job on a cluster."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING

from commands.upload import module_files, uploaded
from errors import ServiceError

if TYPE_CHECKING:
    from cluster.launched import Launched
    from commands.long import Tell
    from workloads.tune.result import Result
    from workloads.tune.settings import Settings


def run(
    settings: Settings, cluster: Launched | None, tell: Tell, take: Callable[[Result], None]
) -> None:
    """Tunes; each result is taken as soon as it is there.

    Args:
        settings: what.
        cluster: where; None for this machine.
        tell: is given a line now and then.
        take: is given each result.

    Raises:
        RayOnAwsError: the work fails with the defaults.
        ServiceError: the job failed.
    """
    from cluster.reach import reached
    from workloads.tune.tuner import tune

    if cluster is None:
        for result in tune(settings, tell):
            take(result)
        return
    with reached(cluster) as near:
        _run_there(settings, near, tell, take)


def _run_there(
    settings: Settings, cluster: Launched, tell: Tell, take: Callable[[Result], None]
) -> None:
    from cluster import jobs
    from workloads.tune import remote

    taken: list[str] = []

    def hear(line: str) -> None:
        result = remote.result(line)
        if result is None:
            tell(line)
        else:
            take(result)
            taken.append(result.workload)

    command = shlex.join(["python", "-m", "workloads.tune", remote.argument(settings)])
    modules = [name.partition(":")[0] for name in settings.bench.workloads if ":" in name]
    with uploaded([file for name in modules for file in module_files(name)], "") as folder:
        code = jobs.run(cluster, jobs.Job(command, folder), hear)
    if code:
        raise ServiceError(f"the job that tunes on the cluster ended with {code}; see above")
    if len(taken) < len(settings.bench.workloads):
        raise ServiceError("the job that tunes on the cluster gave no result; see above")
