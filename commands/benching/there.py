"""Measuring on a cluster: a job there, and its cases here."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from cluster import jobs
from cluster.launched import Launched
from commands.long import Tell
from commands.upload import module_files, uploaded
from errors import ServiceError
from workloads.bench import remote
from workloads.bench.case import Case

NOTHING: Mapping[str, str] = MappingProxyType({})


def cases_of(
    program: str,
    arguments: Sequence[str],
    workloads: Sequence[str],
    cluster: Launched,
    tell: Tell,
    variables: Mapping[str, str] = NOTHING,
) -> list[Case]:
    """What a program of the benchmark measures there.

    Args:
        program: a module, as Python runs it.
        arguments: of the program.
        workloads: what it measures; the modules of users' functions go with the job.
        cluster: as it can be reached.
        tell: is given each line that the program says.
        variables: of the job's environment.

    Raises:
        ServiceError: the job failed.
    """
    found: list[Case] = []

    def hear(line: str) -> None:
        cases = remote.cases(line)
        if cases is None:
            tell(line)
        else:
            found.extend(cases)

    command = shlex.join(["python", "-m", program, *arguments])
    modules = [name.partition(":")[0] for name in workloads if ":" in name]
    with uploaded([file for name in modules for file in module_files(name)], "") as folder:
        code = jobs.run(cluster, jobs.Job(command, folder, variables), hear)
    if code:
        raise ServiceError(f"the benchmark's job on the cluster ended with {code}; see above")
    if not found:
        raise ServiceError("the benchmark's job on the cluster gave no result; see above")
    return found
