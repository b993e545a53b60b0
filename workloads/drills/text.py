"""`python -m workloads.drills.text`: text cleaned at a walking pace, and what becomes of it.

It is the text workload, files in and files out, with a pause after each batch, so that a little
text takes as long as much of it would. It prints JSON lines as `tasks` does; a task is a file.
"""

from __future__ import annotations

import hashlib
import io
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.parquet as pq

from errors import RayOnAwsError, ServiceError
from workloads.drills import saying
from workloads.drills.asked import FOREVER, AskedText, parse
from workloads.drills.observer import LEDGER, SECONDS_BETWEEN_LOOKS, Observer
from workloads.drills.saying import say
from workloads.files.distribute import AT_ONCE, start_ray
from workloads.files.failures import explained
from workloads.files.job import Summary
from workloads.files.making import generate
from workloads.files.places import Folder
from workloads.files.shapes import Shape
from workloads.files.transform import transform
from workloads.files.tuning import Tuning
from workloads.text.clean import clean
from workloads.text.generate import TextSpec

FUNCTION = "workloads.drills.text:slowly"
ROWS_PER_FILE = 1000
# Several batches in each file, so that one is lost in the middle.
BATCH_BYTES = 128_000


def main(argv: Sequence[str] | None = None) -> int:
    """Cleans, tells what happens, and what came of it; gives the exit code."""
    try:
        start_ray()
        return run(parse(AskedText, argv))
    except RayOnAwsError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code


def run(asked: AskedText) -> int:
    """Makes the text where it is not there yet, and cleans it under observation.

    Raises:
        RayOnAwsError: the folder cannot be read or written, or holds something else.
    """
    rows = asked.files * ROWS_PER_FILE
    raw, output = (Folder.of(f"{asked.folder}/{name}") for name in (f"raw-{rows}", asked.output))
    # For making the text too, or that would ask for nodes.
    os.environ[AT_ONCE] = str(asked.at_once)
    generate(raw.uri, TextSpec(rows, "mixed"), progress=False)
    say(saying.HELLO, tasks=asked.files, task_seconds=asked.seconds)
    # Those of a run that this one goes on with are not waited for.
    observer = Observer(asked.files - len(output.files()))
    begin = time.time()
    summary = _cleaned(raw, output, asked, observer)
    took = time.time() - begin
    observer.look()
    observer.linger(at_least=asked.at_least, at_most=FOREVER, settle=0.0, seconds=asked.linger)
    found, digest = content(output)
    right = found == rows
    say(
        saying.SUMMARY,
        tasks=asked.files,
        done=summary.written + summary.already_there,
        right=right,
        seconds=round(took, 3),
        written=summary.written,
        digest=digest,
    )
    if not asked.keep:
        with explained(output.uri):
            output.filesystem().delete_dir(output.path())
    return 0 if right else 1


def _cleaned(raw: Folder, output: Folder, asked: AskedText, observer: Observer) -> Summary:
    """Cleans, and looks on meanwhile."""

    def work() -> Summary:
        return transform(
            raw.uri,
            output.uri,
            FUNCTION,
            options={"seconds": asked.seconds},
            shape=Shape(files=asked.files),
            tuning=Tuning(batch_bytes=BATCH_BYTES),
            progress=False,
        )

    with ThreadPoolExecutor(1) as thread:
        working = thread.submit(work)
        while not working.done():
            time.sleep(SECONDS_BETWEEN_LOOKS)
            observer.look()
        return working.result()


def slowly(table: pa.Table, seconds: float) -> pa.Table:
    """Cleans a batch, and sleeps for its share of the seconds that a file takes.

    The ledger is told where a file begins and ends: `id` is the number of a row, and files are of
    ROWS_PER_FILE rows.
    """
    import ray

    ids = table["id"]
    file, first = divmod(ids[0].as_py(), ROWS_PER_FILE)
    node = ray.get_runtime_context().get_node_id()
    ledger = ray.get_actor(LEDGER)
    # Without waiting for an answer: while a task waits, Ray gives its CPU to another.
    if first == 0:
        ledger.start.remote(file, node)
    cleaned = clean(table)
    time.sleep(seconds * table.num_rows / ROWS_PER_FILE)
    if ids[-1].as_py() % ROWS_PER_FILE == ROWS_PER_FILE - 1:
        ledger.end.remote(file, node)
    return cleaned


def content(folder: Folder) -> tuple[int, str]:
    """The rows of a folder's Parquet files, and a hash over their names and contents.

    Raises:
        StorageError: the store refuses, or cannot be reached.
        ServiceError: a file has gone meanwhile.
    """
    rows, found = 0, hashlib.sha256()
    for file in folder.files():
        read = folder.read(file.name)
        if read is None:
            raise ServiceError(f"{folder.uri}/{file.name} has gone: something else writes there")
        rows += pq.read_metadata(io.BytesIO(read)).num_rows
        found.update(f"{file.name} {len(read)} ".encode())
        found.update(read)
    return rows, found.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
