"""Clips in files to features in files."""

from __future__ import annotations

from pathlib import Path

from workloads.audio.features import LONGEST_SECONDS, SILENCE_DB, check_options
from workloads.files.encoded import encoded_in
from workloads.files.job import Summary
from workloads.files.shapes import Shape
from workloads.files.transform import transform
from workloads.files.tuning import Tuning, tuned

FUNCTION = "workloads.audio:features"
SUFFIXES = (".mp3", ".wav", ".flac", ".ogg", ".oga", ".opus")
# Of clips: as Common Voice calls it, and as files of sound are given to a function.
IN_PARQUET, OF_FILES = "audio", "bytes"
FILE_TO_FILE = Shape()
# A file of some kilobytes may hold minutes: what is held at a time goes by clips too.
TUNING = Tuning(batch_rows=64)


def make_features(
    source: str | Path,
    destination: str | Path,
    *,
    column: str = IN_PARQUET,
    longest: float = LONGEST_SECONDS,
    silence_db: float = SILENCE_DB,
    keep_samples: bool = False,
    shape: Shape = FILE_TO_FILE,
    bytes_per_file: int | None = None,
    codec: str = "snappy",
    skip_bad: bool = False,
    progress: bool = True,
) -> Summary:
    """Makes features of all clips of a folder, on Ray; `workloads.files.transform` says how.

    Args:
        source: a folder of Parquet files with a column of clips, or of MP3, WAV, FLAC and Ogg
            files; or one file: local, `s3://BUCKET/FOLDER` or `s3://anonymous@BUCKET/FOLDER`.
        destination: a folder, local or `s3://BUCKET/FOLDER`; new, empty, or of this same run.
        column: of clips, where the source is Parquet.
        longest: how many seconds of a clip are taken at most.
        silence_db: how far below a clip's loudest 10 ms its ends may be to count as silence.
        keep_samples: whether to keep the samples that features are made of.
        shape: of the output, where the source is Parquet.
        bytes_per_file: of clips for each output file, where the source is files of sound.
        codec: of the output: snappy, zstd, lz4, gzip or none.
        skip_bad: leave out Parquet files that cannot be read, and list them.
        progress: whether to show it on standard error.

    Raises:
        UsageError: the arguments do not go together, or there is no such length or level.
        InputError: no input, no such column, or a bad file and not `skip_bad`.
        OutputError: the destination holds something else, is full or may not be written.
        StorageError: a store refuses or cannot be reached.
    """
    check_options(longest, silence_db)
    encoded = encoded_in(source, SUFFIXES, "files of sound", shape, bytes_per_file)
    return transform(
        source,
        destination,
        FUNCTION,
        options={
            "column": OF_FILES if encoded else column,
            "longest": longest,
            "silence_db": silence_db,
            "keep_samples": keep_samples,
        },
        shape=shape,
        codec=codec,
        skip_bad=skip_bad,
        encoded=encoded,
        tuning=tuned(FUNCTION, TUNING),
        progress=progress,
    )
