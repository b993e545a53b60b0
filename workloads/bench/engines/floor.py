"""The floor: the same files read and written by plain processes, with no work done on them.

Its output is as large as that of `ours` where cleaning removes nothing, and larger where it does.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa

from workloads.files.commit import remove_temporary
from workloads.files.functions import Function
from workloads.files.parquet import BATCH_BYTES
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
    """Starts a process for each core."""
    list(_processes().map(abs, range(_cores())))


def make_input(spec: TextSpec, destination: Path) -> None:
    """Writes the data set itself, as `ours` does but without Ray, for the others to read."""
    folder = Folder.of(destination)
    there = {file.name for file in folder.files()}
    tasks = generate_tasks(folder, spec, CODEC)
    _run_all([task for task in tasks if task.name not in there])
    remove_temporary(folder)


def generate(spec: TextSpec, destination: Path) -> None:
    """Writes as many bytes as the data set has, without making them."""
    folder = Folder.of(destination)
    _run_all(
        [
            SameRows(folder, f"{index}.parquet", spec, rows, CODEC)
            for index, rows in enumerate(spec.files())
        ]
    )


def clean(source: Path, destination: Path) -> None:
    """Reads the source and writes it with the text a second time, as it is."""
    _copy(source, destination, f"{__name__}:text_twice")


def transform(source: Path, destination: Path, _function: str) -> None:
    """Reads the source and writes it as it is."""
    _copy(source, destination, f"{__name__}:as_it_is")


def text_twice(table: pa.Table) -> pa.Table:
    """The table with its text a second time."""
    return table.append_column(CLEANED, table.column("text"))


def as_it_is(table: pa.Table) -> pa.Table:
    """The table."""
    return table


def _copy(source: Path, destination: Path, function: str) -> None:
    origin, files = input_files(Folder.of(source))
    target = Folder.of(destination)
    _run_all(
        [
            TransformTask(origin, target, output, Function(function), CODEC, BATCH_BYTES)
            for output in Shape().outputs(files, lambda _file: None)
        ]
    )


def _run_all(tasks: Sequence[Task]) -> None:
    for outcome in _processes().map(_run, tasks):
        if outcome.error is not None:
            raise outcome.error


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
