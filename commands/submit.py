"""`./invoke submit`: a workload, or a script, run on the cluster."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from invoke.context import Context
from invoke.exceptions import Exit

from commands.command import command
from commands.upload import module_files, uploaded
from errors import UsageError

WORKLOADS = {
    "aggregate.labels": "workloads.aggregate labels",
    "aggregate.shuffle": "workloads.aggregate shuffle",
    "arches": "workloads.arches",
    "audio.features": "workloads.audio features",
    "dedup.exact": "workloads.dedup exact",
    "dedup.minhash": "workloads.dedup minhash",
    "embed.sentences": "workloads.embed sentences",
    "image.tensors": "workloads.image tensors",
    "text.clean": "workloads.text clean",
    "text.generate": "workloads.text generate",
}
SUBCLUSTER, AT_ONCE = "RAY_ON_AWS_SUBCLUSTER", "RAY_ON_AWS_AT_ONCE"


@command(
    positional=["workload"],
    help={
        "workload": f"{', '.join(WORKLOADS)}, a function of yours as module:function, or, with "
        "--script, a file; its own arguments follow after --",
        "script": "run the Python file that is named",
        "folder": "copy this folder to the cluster and run there, instead of the file alone",
        "subcluster": "use only nodes with this label ray-subcluster, such as graviton",
        "at-once": "have so many files under way at a time, and no nodes launched for more",
    },
)
def submit(
    _context: Context,
    workload: str,
    script: bool = False,
    folder: str = "",
    subcluster: str = "",
    at_once: int = 0,
) -> None:
    """Run a workload or a script on the cluster: its output as it comes, its exit code at the end.

    ./invoke submit text.clean -- s3://bucket/raw s3://bucket/clean
    ./invoke submit --script FILE -- --rows 100
    """
    if at_once < 0:
        raise UsageError(f"--at-once {at_once}: give 1 or more")
    from cluster import jobs
    from cluster.reach import reached
    from commands import state
    from commands.tuning.handing_on import variables

    limits = {SUBCLUSTER: subcluster, AT_ONCE: str(at_once or "")}
    arguments = after_dashes(sys.argv)
    run, files = _what(workload, script=script)
    with reached(state.launched()) as launched, uploaded(files, folder) as copied:
        said = {name: value for name, value in limits.items() if value}
        job = jobs.Job(
            command=shlex.join(["python", *run, *arguments]),
            folder=copied,
            variables=variables(launched, subcluster) | said,
        )
        code = jobs.run(launched, job, lambda line: print(line, flush=True))
    if code:
        raise Exit(code=code)


def after_dashes(argv: Sequence[str]) -> list[str]:
    """The arguments after `--`, each as it was typed; Invoke itself joins them with spaces."""
    return list(argv[argv.index("--") + 1 :]) if "--" in argv else []


def _what(workload: str, *, script: bool) -> tuple[list[str], list[Path]]:
    """What Python is to run, and the files that this takes.

    Raises:
        UsageError: there is no such workload or file.
    """
    if script:
        file = Path(workload)
        if not file.is_file():
            raise UsageError(f"there is no file {workload} to run")
        return [file.name], [file]
    if workload in WORKLOADS:
        return ["-m", *WORKLOADS[workload].split()], []
    if ":" in workload:
        return ["-m", "workloads.files", workload], module_files(workload.partition(":")[0])
    raise UsageError(
        f"'{workload}' is no workload: choose {', '.join(WORKLOADS)}, a function of yours as "
        "module:function, or a file with --script"
    )
