"""Clips of sound to log-mel features, in tables: what every other column holds stays."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from errors import InputError, UsageError
from workloads.audio.bank import BANDS
from workloads.audio.decode import RATE, Clip, Samples, decode
from workloads.audio.mel import frames, log_mel
from workloads.audio.reasons import ClipError, Reason
from workloads.audio.silence import Level, level, trim
from workloads.files.columns import PATH, encoded_files
from workloads.files.functions import REASON, Parted
from workloads.files.picking import picked

LONGEST_SECONDS = 120.0
SILENCE_DB = 40.0
DETAIL = "detail"
# Held until features are made of them, so that small files of long clips take no more memory.
SAMPLES_AT_ONCE = 600 * RATE
# Half precision: from -1 to 2 it is exact to 0.0005, a fiftieth of a decibel, and takes half the
# space. Models are fed with it too.
PRECISION = np.float16
MADE = {
    "seconds": pa.float64(),
    "sample_rate": pa.int32(),
    "channels": pa.int32(),
    "trimmed_seconds": pa.float64(),
    "rms_dbfs": pa.float32(),
    "peak_dbfs": pa.float32(),
    "log_mel": pa.list_(pa.list_(pa.float16(), BANDS)),
}
SAMPLES = {"samples": pa.list_(pa.float32())}


@dataclass(frozen=True)
class Taken:
    """A clip that is taken.

    Attributes:
        clip: as it was decoded.
        trimmed: its samples without the silence at both ends.
        level: of these.
    """

    clip: Clip
    trimmed: Samples
    level: Level


def features(
    table: pa.Table,
    column: str = "audio",
    longest: float = LONGEST_SECONDS,
    silence_db: float = SILENCE_DB,
    *,
    keep_samples: bool = False,
) -> Parted:
    """Decodes, resamples and trims each clip, and puts its features in its place.

    Kept rows have all columns but that of the clips, and behind them those of MADE. Rejected ones
    have the same columns, and `reason` and `detail`. Where clips have a `path` and the table has
    none, it becomes a column.

    Args:
        table: any columns, and one of clips.
        column: of clips: struct<bytes: binary, path: string>, as Common Voice has it, or binary.
        longest: how many seconds of a clip are taken at most.
        silence_db: how far below a clip's loudest 10 ms its ends may be to count as silence.
        keep_samples: whether to keep the samples that features are made of, as `samples`.

    Raises:
        InputError: no such column, it holds no clips, or a column to be made exists already.
        UsageError: there is no such length, or no such level.
    """
    check_options(longest, silence_db)
    made = pa.schema(MADE | (SAMPLES if keep_samples else {}))
    rest, clips = _parted(table, column, [*made.names, REASON, DETAIL])
    pieces = [made.empty_table()]
    taken: list[Taken] = []
    errors: list[ClipError] = []
    kept = np.zeros(len(table), np.bool_)
    for row, content in enumerate(_contents(clips)):
        try:
            taken.append(_take(content, longest, silence_db))
            kept[row] = True
        except ClipError as error:
            errors.append(error)
        if sum(len(one.trimmed) for one in taken) > SAMPLES_AT_ONCE:
            pieces.append(_made(taken, made))
            taken = []
    pieces.append(_made(taken, made))
    return Parted(
        _beside(picked(rest, kept), pa.concat_tables(pieces)),
        _beside(picked(rest, ~kept), _told(errors)),
    )


def check_options(longest: float, silence_db: float) -> None:
    """Raises UsageError where there is no such length, or no such level; see `features`."""
    if not (0 < longest < math.inf and 0 < silence_db < math.inf):
        raise UsageError(
            "the longest clip and the level of silence must be finite and more than 0, not "
            f"{longest:g} s and {silence_db:g} dB"
        )


def _take(content: bytes | None, longest: float, silence_db: float) -> Taken:
    """A clip, decoded and trimmed.

    Raises:
        ClipError: it is not taken.
    """
    if content is None:
        raise ClipError(Reason.NO_AUDIO, "it is null")
    clip = decode(content, longest)
    trimmed = trim(clip.samples, silence_db)
    return Taken(clip, trimmed, level(trimmed))


def _parted(table: pa.Table, column: str, new: list[str]) -> tuple[pa.Table, pa.ChunkedArray]:
    """The table without its clips but with their paths, and the clips' bytes.

    Raises:
        InputError: see `features`.
    """
    found = encoded_files(table, column, "clips")
    rest = table.drop_columns([column])
    if taken := sorted(set(new) & set(rest.column_names)):
        raise InputError(f"there is a column '{taken[0]}' already: rename it in the input")
    if found.paths is not None and PATH not in rest.column_names:
        rest = rest.append_column(PATH, found.paths)
    return rest, found.encoded


def _contents(clips: pa.ChunkedArray) -> Iterator[bytes | None]:
    for scalar in clips:
        yield scalar.as_py()


def _beside(table: pa.Table, other: pa.Table) -> pa.Table:
    """The columns of both."""
    for field in other.schema:
        table = table.append_column(field, other[field.name])
    return table


def _told(errors: list[ClipError]) -> pa.Table:
    """Why each clip is not taken."""
    reasons = [str(error.reason) for error in errors]
    details = [error.detail for error in errors]
    return pa.table([reasons, details], pa.schema({REASON: pa.string(), DETAIL: pa.string()}))


def _made(taken: list[Taken], schema: pa.Schema) -> pa.Table:
    """The columns that are made of clips."""
    columns: dict[str, Any] = {
        "seconds": [one.clip.seconds for one in taken],
        "sample_rate": [one.clip.sample_rate for one in taken],
        "channels": [one.clip.channels for one in taken],
        "trimmed_seconds": [len(one.trimmed) / RATE for one in taken],
        "rms_dbfs": [one.level.rms_dbfs for one in taken],
        "peak_dbfs": [one.level.peak_dbfs for one in taken],
        "log_mel": _log_mels([one.trimmed for one in taken]),
    }
    if "samples" in schema.names:
        columns["samples"] = _lists([one.trimmed for one in taken])
    return pa.table(columns, schema)


def _log_mels(clips: list[Samples]) -> pa.Array:
    """The features of each clip, written to where Arrow has them."""
    ends = np.cumsum([0, *(frames(len(samples)) for samples in clips)], dtype=np.int32)
    values = np.empty((ends[-1], BANDS), PRECISION)
    for samples, start, end in zip(clips, ends[:-1], ends[1:], strict=True):
        values[start:end] = log_mel(samples)
    kind = MADE["log_mel"]
    bands = pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), type=kind.value_type)
    return pa.ListArray.from_arrays(pa.array(ends), bands, type=kind)


def _lists(clips: list[Samples]) -> pa.Array:
    ends = np.cumsum([0, *map(len, clips)], dtype=np.int32)
    values = np.concatenate(clips) if clips else np.empty(0, np.float32)
    return pa.ListArray.from_arrays(pa.array(ends), pa.array(values), type=SAMPLES["samples"])
