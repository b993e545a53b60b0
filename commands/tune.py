"""`./invoke tune`: how to cut up a workload, so that it is fastest on this machine or cluster."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING

from invoke.context import Context

from commands import RESULTS, choosing
from commands.command import command
from commands.long import ended_as_by_ctrl_c, told
from commands.output import check_writable, typed
from errors import UsageError

if TYPE_CHECKING:
    from cluster.launched import Launched
    from workloads.tune.result import Result
    from workloads.tune.settings import Settings

SECONDS = 60.0


@command(
    positional=["workload"],
    help={
        "workload": "text, image, audio, embed (all of the family), one of them as text.clean, or "
        "module:function of yours; several by commas",
        "scale": "how much data at the most: smoke 10 MB, small 256 MB, medium 10 GB, large 100 "
        "GB; less where a run would take too long",
        "bytes": "how much data at the most, in bytes, instead of --scale",
        "kind": "of data, such as letters or mixed of text, by commas; all that there are, if not "
        "said",
        "seed": "of the data",
        "minutes": "how long it may take, for all workloads together",
        "only": "look at these alone, by commas: cpus, at_once, batch_bytes, row_group_bytes",
        "source": "for a function of yours, the folder to read instead of made text",
        "json": "write the results to this file too, a list of one object for each workload",
        "output": "a folder for what is written while measuring, instead of memory or results/",
        "target": "where: local, or compose; the cluster that is launched, or else local, if not "
        "said",
        "subcluster": "of a cluster, only nodes with this label ray-subcluster, or all; where some "
        "are emulated, those that are not, if not said",
    },
)
def tune(
    _context: Context,
    workload: str,
    scale: str = "small",
    bytes: int = 0,  # noqa: A002 - the option's name
    kind: str = "",
    seed: int = 0,
    minutes: float = 4.0,
    only: str = "",
    source: str = "",
    json: str = "",
    output: str = "",
    target: str = "",
    subcluster: str = "",
) -> None:
    """Find how to cut up a workload here, by measuring, and keep it for the jobs that come after.

    It tries sizes of batches and row groups, tasks at once and CPUs a task around the defaults, by
    turns, and holds the best against the defaults at the end: unless it is faster with 95%
    confidence, they stay. What is found is kept under results/tuning for this kind of machine, or
    of cluster; docs/tune.md says more.
    """
    from workloads.bench import settings as bench
    from workloads.files.places import Folder
    from workloads.tune.settings import Settings, check

    if minutes <= 0:
        raise UsageError("--minutes is to be more than 0")
    size, called = choosing.size(bytes, scale)
    cluster = choosing.place(target, subcluster, output)
    workloads = choosing.workloads(workload)
    settings = Settings(
        bench.Settings(
            workloads=workloads,
            kinds=choosing.kinds(kind, workloads),
            size=size,
            scale=called,
            seed=seed,
            peers=False,
            engines=[],
            repeats=None,
            results=RESULTS,
            output=Path(output).resolve() if output else None,
            **(choosing.settings_of(cluster, subcluster) if cluster else {}),
        ),
        seconds=minutes * SECONDS,
        fields=choosing.names(only),
        source=Folder.of(source) if source else None,
    )
    check(settings)
    if json:
        check_writable(Path(json))
    results = _results(settings, cluster)
    if json:
        text = json_format.dumps([one.to_dict() for one in results], indent=2, ensure_ascii=False)
        Path(json).write_text(f"{text}\n", encoding="utf-8")


def _results(settings: Settings, cluster: Launched | None) -> list[Result]:
    """Tunes, keeps each result as soon as it is there, and shows all of them at the end."""
    from commands.tuning import keeping, running

    place = keeping.place(cluster, settings.bench.subcluster)
    kept: list[keeping.Kept] = []
    try:
        with ended_as_by_ctrl_c(), told() as tell:
            running.run(
                settings,
                cluster,
                tell,
                lambda one: kept.append(keeping.keep(one, place, typed("tune"))),
            )
    finally:
        # Also of those that were done before Ctrl-C, or before one failed.
        for one in kept:
            keeping.show(one)
    return [one.result for one in kept]
