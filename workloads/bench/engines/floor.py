"""The floor: the same files read and written with no work done on them.

By plain processes on this machine, by plain Ray tasks on a cluster; a core each.

Its output is as large as that of `ours` where cleaning removes nothing, and larger where it does.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context

import pyarrow as pa

from workloads.bench.case import Split
from workloads.files.commit import remove_temporary
from workloads.files.distribute import label_selector, on_cluster, start_ray
from workloads.files.functions import Function
from workloads.files.places import Folder, input_files
from workloads.files.shapes import Shape
from workloads.files.tasks import Outcome, Task
from workloads.files.transform import TransformTask
from workloads.text.clean import CLEANED
from workloads.text.generate import ROWS_AT_ONCE, GenerateTask, TextSpec, generate_tasks

CODEC = "snappy"


class SameRows(GenerateTask):
    """Writes a file of the right size from the same few rows, over and over."""

    def table(self, rows: range) -> pa.Table:
        """The first rows of the data set, whichever are asked for."""
        return _first_rows(self.spec).slice(0, len(rows))


def start() -> None:
    """Starts a process for each core, or connects to the cluster."""
    if on_cluster():
        start_ray()
        return
    list(_processes().map(abs, range(_cores())))


def make_input(spec: TextSpec, destination: str) -> None:
    """Writes the data set itself, as `ours` does but without Ray Data, for the others to read."""
    folder = Folder.of(destination)
    there = {file.name for file in folder.files()}
    tasks = generate_tasks(folder, spec, CODEC)
    _run_all([task for task in tasks if task.name not in there])
    remove_temporary(folder)


def generate(spec: TextSpec, destination: str) -> Split:
    """Writes as many bytes as the data set has, without making them."""
    folder = Folder.of(destination)
    return _run_all(
        [
            SameRows(folder, f"{index}.parquet", spec, rows, CODEC)
            for index, rows in enumerate(spec.files())
        ]
    )


def clean(source: str, destination: str) -> Split:
    """Reads the source and writes it with the text a second time, as it is."""
    return _copy(source, destination, f"{__name__}:text_twice")


def transform(source: str, destination: str, _function: str) -> Split:
    """Reads the source and writes it as it is."""
    return _copy(source, destination, f"{__name__}:as_it_is")


def text_twice(table: pa.Table) -> pa.Table:
    """The table with its text a second time."""
    return table.append_column(CLEANED, table.column("text"))


def as_it_is(table: pa.Table) -> pa.Table:
    """The table."""
    return table


def _copy(source: str, destination: str, function: str) -> Split:
    origin, files = input_files(Folder.of(source))
    target = Folder.of(destination)
    return _run_all(
        [
            TransformTask(origin, target, output, Function(function), CODEC)
            for output in Shape().outputs(files, lambda _file: None)
        ]
    )


def _run_all(tasks: Sequence[Task]) -> Split:
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


@lru_cache(maxsize=1)
def _first_rows(spec: TextSpec) -> pa.Table:
    return spec.table(range(min(spec.rows, ROWS_AT_ONCE)))


def _cores() -> int:
    return len(os.sched_getaffinity(0))
