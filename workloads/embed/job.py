"""Sentences in files to vectors in files."""

from __future__ import annotations

from pathlib import Path

from workloads.embed import settings
from workloads.embed.models import DEFAULT, folder_of, pinned
from workloads.embed.prepare import prepared
from workloads.embed.sentences import VECTOR
from workloads.files.job import Summary
from workloads.files.shapes import Shape
from workloads.files.transform import transform
from workloads.files.tuning import Tuning, tuned

FUNCTION = "workloads.embed:sentences"
# A word becomes as many numbers as a page does: what is held at a time goes by these, too.
DEFAULTS = Tuning(batch_rows=16_384)
FILE_TO_FILE = Shape()


def make_vectors(
    source: str | Path,
    destination: str | Path,
    *,
    column: str = "text",
    output: str = VECTOR,
    model: str = DEFAULT,
    precision: str = "float32",
    too_long: str = "truncate",
    cpus: int | None = None,
    shape: Shape = FILE_TO_FILE,
    codec: str = "snappy",
    skip_bad: bool = False,
    progress: bool = True,
) -> Summary:
    """Makes vectors of all sentences of a folder, on Ray; `workloads.files.transform` says how.

    The model is looked at, and made ready on this machine, before any task begins.

    Args:
        source: a folder of Parquet files or a file, local or `s3://BUCKET/FOLDER`.
        destination: a folder, local or `s3://BUCKET/FOLDER`; new, empty, or of this same run.
        column: the one with the sentences.
        output: the column to add.
        model: see `models.folder_of`; a folder is to be there on every machine that takes part.
        precision: `float32`, `bfloat16` or `int8`.
        too_long: `truncate` or `reject` texts of more tokens than the model takes.
        cpus: that each task takes, a thread for each; what `tuned` says if not said.
        shape: of the output.
        codec: of the output: snappy, zstd, lz4, gzip or none.
        skip_bad: leave out Parquet files that cannot be read, and list them.
        progress: whether to show it on standard error.

    Raises:
        UsageError: the arguments do not go together, or there is no such model.
        InputError: no input, no such column, a bad file and not `skip_bad`; or a model that is not
            whole, or of a kind that is not known here.
        OutputError: the destination holds something else, is full or may not be written.
        StorageError: a store, or the hub, refuses or cannot be reached.
    """
    model = pinned(model)
    prepared(settings.read(folder_of(model)), precision)
    # What is best for one is not for the other, which multiplies by other instructions.
    name = f"{FUNCTION}_{precision}" if precision == "int8" else FUNCTION
    tuning = tuned(name, DEFAULTS)
    return transform(
        source,
        destination,
        FUNCTION,
        options={
            "column": column,
            "output": output,
            "model": model,
            "precision": precision,
            "too_long": too_long,
        },
        shape=shape,
        codec=codec,
        skip_bad=skip_bad,
        tuning=tuning if cpus is None else tuning.changed({"cpus": cpus}),
        progress=progress,
    )
