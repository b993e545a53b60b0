"""Where the benchmark keeps its input and puts its output."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from errors import OutputError
from workloads.files.places import Folder
from workloads.text.generate import TextSpec, generate_tasks

MEMORY_BACKED = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it, for us alone
# Output holds the text twice; and some is left for the engines themselves.
OUTPUT_PER_INPUT = 2.5
LEFT_FREE = 4 * 2**30


@contextmanager
def output_folder(size: int, chosen: Path | None, otherwise: Path) -> Iterator[tuple[Path, str]]:
    """A folder for output, removed at the end, and what it is on: `memory` or `disk`.

    Args:
        size: bytes of input.
        chosen: where the user wants it to be made.
        otherwise: where to make it when memory has no room for it.

    Raises:
        OutputError: no room for it there, or no folder can be made.
    """
    needed = int(size * OUTPUT_PER_INPUT)
    parent = chosen or (MEMORY_BACKED if _memory_has_room(needed) else otherwise)
    try:
        parent.mkdir(parents=True, exist_ok=True)
        check_space(parent, needed, ", or name another place with --output")
        folder = Path(tempfile.mkdtemp(prefix="ray-on-aws-bench-", dir=parent))
    except OSError as error:
        raise OutputError(
            f"no folder can be made in {parent}: {error.strerror}; choose another with --output"
        ) from error
    try:
        yield folder, "memory" if parent.is_relative_to(MEMORY_BACKED) else "disk"
    finally:
        shutil.rmtree(folder)


def check_space(folder: Path, needed: int, remedy: str = "") -> None:
    """Raises OutputError where a folder's file system has less room than that many bytes.

    Args:
        folder: which is there.
        needed: bytes.
        remedy: what else to do about it, beside having more room or less data.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise OutputError(
            f"{folder} has {free / 1e9:.1f} GB free and {needed / 1e9:.1f} GB are needed: "
            f"free some, or choose a smaller --scale{remedy}"
        )


def input_folder(results: Path, spec: TextSpec) -> Path:
    """Where a data set is kept, so that it is made once."""
    return results / "input" / f"text-{spec.kind}-{spec.rows}-rows-seed-{spec.seed}"


def is_complete(folder: Path, spec: TextSpec) -> bool:
    """Whether all files of a data set are there."""
    place = Folder.of(folder)
    wanted = {task.name for task in generate_tasks(place, spec, "snappy")}
    return wanted == {file.name for file in place.files()}


def _memory_has_room(needed: int) -> bool:
    if not MEMORY_BACKED.is_dir():
        return False
    free = min(shutil.disk_usage(MEMORY_BACKED).free, psutil.virtual_memory().available)
    return free >= needed + LEFT_FREE
