"""Where the benchmark keeps its input and puts its output."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from errors import OutputError
from workloads.bench import buckets
from workloads.bench.families import Spec
from workloads.files.failures import explained
from workloads.files.parquet import plain_bytes
from workloads.files.places import Folder

MEMORY_BACKED = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it, for us alone
# Of input.
CODEC = "snappy"
# For the engines themselves.
LEFT_FREE = 4 * 2**30
# Footers of an object store are waited for, not worked on, so many are read at a time.
FOOTERS_AT_ONCE = 32


@contextmanager
def output_in_s3(base: Folder) -> Iterator[tuple[Folder, str]]:
    """A folder for output below another one in S3, removed at the end, and `s3`.

    Raises:
        StorageError: the store refuses or cannot be reached.
    """
    folder = below(base, "output", uuid.uuid4().hex)
    try:
        yield folder, "s3"
    finally:
        buckets.remove(folder)


@contextmanager
def output_folder(
    needed: int, chosen: Path | None, otherwise: Path
) -> Iterator[tuple[Folder, str]]:
    """A local folder for output, removed at the end, and what it is on: `memory` or `disk`.

    Args:
        needed: bytes that it is to have room for.
        chosen: where the user wants it to be made.
        otherwise: where to make it when memory has no room for it.

    Raises:
        OutputError: no room for it there, or no folder can be made.
    """
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
        yield Folder.of(folder), "memory" if parent.is_relative_to(MEMORY_BACKED) else "disk"
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


def below(folder: Folder, *names: str) -> Folder:
    """A folder within another one."""
    return Folder("/".join([folder.uri.rstrip("/"), *names]))


def input_folder(base: Folder, spec: Spec) -> Folder:
    """Where a data set is kept, so that it is made once, whichever workloads are done on it."""
    # The package that makes it, such as workloads.text, tells it from those of others.
    package = type(spec).__module__.split(".")[-2]
    return below(base, "input", f"{package}-{spec.kind}-{spec.rows}-rows-seed-{spec.seed}")


def is_complete(folder: Folder, spec: Spec) -> bool:
    """Whether all files of a data set are there."""
    wanted = {task.name for task in spec.tasks(folder, CODEC)}
    return wanted == {file.name for file in folder.files()}


def dataset(folder: Folder) -> ds.Dataset:
    """All Parquet files of a folder."""
    paths = [folder.path(file.name) for file in folder.files()]
    return ds.dataset(paths, filesystem=folder.filesystem(), format="parquet")


def plain_size(folder: Folder) -> int:
    """Bytes of the plain encoding of all Parquet files of a folder."""
    filesystem = folder.filesystem()

    def size(name: str) -> int:
        return plain_bytes(pq.read_metadata(folder.path(name), filesystem=filesystem))

    with explained(folder.uri), ThreadPoolExecutor(FOOTERS_AT_ONCE) as threads:
        return sum(threads.map(size, [file.name for file in folder.files()]))


def remove(folder: Folder) -> None:
    """Removes a folder and all that is in it."""
    if folder.in_s3:
        buckets.remove(folder)
    else:
        shutil.rmtree(folder.path())


def _memory_has_room(needed: int) -> bool:
    if not MEMORY_BACKED.is_dir():
        return False
    free = min(shutil.disk_usage(MEMORY_BACKED).free, psutil.virtual_memory().available)
    return free >= needed + LEFT_FREE
