"""Images in files to tensors in files."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from workloads.files.columns import BYTES
from workloads.files.encoded import encoded_in
from workloads.files.job import Summary
from workloads.files.shapes import Shape
from workloads.files.transform import transform
from workloads.files.tuning import Tuning, tuned
from workloads.image.options import Options

FUNCTION = "workloads.image:tensors"
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
# Images of a few bytes become tensors as large as any: what is held at a time goes by these.
BATCH_ROWS = 64
BATCH_BYTES = 4 * 2**20
BATCH_TENSOR_BYTES = 32 * 2**20
ROW_GROUP_BYTES = 32 * 2**20
FILE_TO_FILE = Shape()
DEFAULTS = Options()


def make_tensors(
    source: str | Path,
    destination: str | Path,
    options: Options = DEFAULTS,
    *,
    column: str = BYTES,
    prefix: str = "",
    keep_encoded: bool = False,
    shape: Shape = FILE_TO_FILE,
    bytes_per_file: int | None = None,
    codec: str = "snappy",
    skip_bad: bool = False,
    progress: bool = True,
) -> Summary:
    """Makes tensors of all images of a folder, on Ray; `workloads.files.transform` says how.

    Args:
        source: a folder of Parquet files with a column of images, or of JPEG, PNG and WebP files;
            or one file: local or `s3://BUCKET/FOLDER`.
        destination: a folder, local or `s3://BUCKET/FOLDER`; new, empty, or of this same run.
        options: how images become tensors.
        column: the images: binary, or structs of `bytes` and `path`.
        prefix: goes before the names of the columns added, but for `reason` and `detail`.
        keep_encoded: keep the images as they were, too.
        shape: of the output, where the source is Parquet.
        bytes_per_file: of images for each output file, where the source is image files.
        codec: of the output: snappy, zstd, lz4, gzip or none.
        skip_bad: leave out Parquet files that cannot be read, and list them.
        progress: whether to show it on standard error.

    Raises:
        UsageError: the arguments do not go together.
        InputError: no input, no such column, or a bad file and not `skip_bad`.
        OutputError: the destination holds something else, is full or may not be written.
        StorageError: a store refuses or cannot be reached.
    """
    encoded = encoded_in(source, SUFFIXES, "image files", shape, bytes_per_file)
    return transform(
        source,
        destination,
        FUNCTION,
        options={
            "column": column,
            "prefix": prefix,
            "keep_encoded": keep_encoded,
            **asdict(options),
        },
        shape=shape,
        codec=codec,
        skip_bad=skip_bad,
        encoded=encoded,
        tuning=tuned(FUNCTION, default_tuning(options)),
        progress=progress,
    )


def default_tuning(options: Options) -> Tuning:
    """What bounds the memory of a task, whatever the images are."""
    rows = max(min(BATCH_ROWS, BATCH_TENSOR_BYTES // options.tensor_bytes), 1)
    return Tuning(batch_bytes=BATCH_BYTES, batch_rows=rows, row_group_bytes=ROW_GROUP_BYTES)
