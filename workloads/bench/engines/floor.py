"""The floor: the same files read and written with no work done on them.

By plain processes on this machine, by plain Ray tasks on a cluster; a core each.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context

import pyarrow as pa

from workloads.bench.case import Split
from workloads.bench.families import Spec
from workloads.files.commit import remove_temporary
from workloads.files.distribute import label_selector, on_cluster, start_ray
from workloads.files.functions import Function
from workloads.files.places import Folder, input_files
from workloads.files.shapes import Shape
from workloads.files.tasks import Outcome, Task
from workloads.files.transform import TransformTask

CODEC = "snappy"


def start() -> None:
    """Starts a process for each core, or connects to the cluster."""
    if on_cluster():
        start_ray()
        return
    list(_processes().map(abs, range(_cores())))


def make_input(spec: Spec, destination: str) -> None:
    """Writes a data set, as `ours` would but without Ray Data, for the others to read."""
    folder = Folder.of(destination)
    there = {file.name for file in folder.files()}
    run_all([task for task in spec.tasks(folder, CODEC) if task.name not in there])
    remove_temporary(folder)


def transform(source: str, destination: str, _function: str) -> Split:
    """Reads the source and writes it as it is."""
    return copy(source, destination, f"{__name__}:as_it_is")


def as_it_is(table: pa.Table) -> pa.Table:
    """The table."""
    return table


def copy(source: str, destination: str, function: str) -> Split:
    """Reads the source and writes what a function, which should do next to nothing, makes of it."""
    origin, files = input_files(Folder.of(source))
    target = Folder.of(destination)
    return run_all(
        [
            TransformTask(origin, target, output, Function(function), CODEC)
            for output in Shape().outputs(files, lambda _file: None)
        ]
    )


def run_all(tasks: Sequence[Task]) -> Split:
    """Runs tasks, on every core; an error of one is raised."""
    outcomes = list(_on_cluster(tasks) if on_cluster() else _processes().map(_run, tasks))
    for outcome in outcomes:
        if outcome.error is not None:
            raise outcome.error
    return Split(
        sum(one.read_seconds for one in outcomes),
        sum(one.work_seconds for one in outcomes),
        sum(one.write_seconds for one in outcomes),
    )


def _on_cluster(tasks: Sequence[Task]) -> list[Outcome]:
    start_ray()
    import ray

    run = ray.remote(_run).options(num_cpus=1, label_selector=label_selector())
    outcomes: list[Outcome] = ray.get([run.remote(task) for task in tasks])
    return outcomes


def _run(task: Task) -> Outcome:
    return task.run()


@lru_cache(maxsize=1)
def _processes() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(_cores(), get_context("spawn"))


def _cores() -> int:
    return len(os.sched_getaffinity(0))
