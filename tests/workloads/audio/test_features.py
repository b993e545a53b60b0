"""Clips in a table become features; each row is kept, or rejected with a reason."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import InputError, UsageError
from tests.workloads.audio.sounds import (
    OLD_TAG,
    TAG,
    between_silences,
    encoded,
    flipped,
    loud_and_quiet,
    mp3,
    of_unknown_length,
    tone,
    uncounted,
)
from workloads.audio import features
from workloads.audio.decode import decode
from workloads.audio.features import DETAIL, MADE, SAMPLES
from workloads.audio.mel import log_mel
from workloads.audio.reasons import Reason
from workloads.files.functions import REASON, Parted
from workloads.files.parquet import Writer

CLIPS = pa.struct({"bytes": pa.binary(), "path": pa.string()})
LONGEST = 10.0
WAV, MP3, FLAC, OGG = (encoded(tone(1.0), kind) for kind in ("WAV", "MP3", "FLAC", "OGG"))
# MP3 as other encoders write it: of lengths that vary, of CDs' rate, and with tags.
VARYING = uncounted(mp3(loud_and_quiet(0.5)))
OF_CDS = uncounted(mp3(tone(1.0, 44_100), 44_100, "CONSTANT"))
GOOD = [
    WAV,
    MP3,
    FLAC,
    OGG,
    encoded(between_silences(0.3, 0.5, 0.7)),
    of_unknown_length(FLAC),
    VARYING,
    OF_CDS,
    TAG + VARYING + OLD_TAG,
]
# Each kind of bad clip, with the reason that is told and a word of what is told beside it.
BAD: dict[str, tuple[bytes | None, Reason, str]] = {
    "null": (None, Reason.NO_AUDIO, "null"),
    "empty": (b"", Reason.NO_AUDIO, "no bytes"),
    "text": (b"<html>404 not found</html>" * 40, Reason.NOT_AUDIO, "Format not recognised"),
    "zeros": (bytes(5000), Reason.NOT_AUDIO, "Format not recognised"),
    "noise": (np.random.default_rng(0).bytes(5000), Reason.NOT_AUDIO, "Format not recognised"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), Reason.NOT_AUDIO, "Format not recognised"),
    "the beginning of MP3": (MP3[:60], Reason.NOT_AUDIO, ""),
    "the beginning of FLAC": (FLAC[:60], Reason.NOT_AUDIO, "flac decoder"),
    "a tag of MP3 and no more": (b"ID3\x03\0\0\0\0\0\x0a" + bytes(10), Reason.NOT_AUDIO, ""),
    "half a WAV": (WAV[: len(WAV) // 2], Reason.DAMAGED, "of its 96,000 bytes"),
    "half an MP3": (MP3[: len(MP3) // 2], Reason.DAMAGED, "of its 1.00 s"),
    "an MP3 of frames of any length, cut": (VARYING[:-20], Reason.DAMAGED, "of its 1."),
    "an MP3 of CDs' rate, cut": (OF_CDS[:-20], Reason.DAMAGED, "of its 1."),
    "an MP3 with a tag, cut": (TAG + VARYING[:-20], Reason.DAMAGED, "of its 1."),
    "half a FLAC": (FLAC[: len(FLAC) // 2], Reason.DAMAGED, ""),
    "half an Ogg": (OGG[: len(OGG) // 2], Reason.DAMAGED, "it ends within a page"),
    "a flipped FLAC": (flipped(FLAC, 200), Reason.DAMAGED, ""),
    "numbers that are none": (
        encoded(np.array([0.1, np.nan, 0.1] * 4000), subtype="FLOAT"),
        Reason.DAMAGED,
        "nan",
    ),
    "samples of 16 bits as floats": (
        encoded(tone(1.0) * 32767, subtype="FLOAT"),
        Reason.DAMAGED,
        "from -8.",
    ),
    "no samples": (encoded(np.empty(0)), Reason.TOO_SHORT, "0.0 ms"),
    "ten milliseconds": (encoded(tone(0.01)), Reason.TOO_SHORT, "10.0 ms"),
    "eleven seconds": (encoded(tone(11, 8000), rate=8000), Reason.TOO_LONG, "11.00 s"),
    "one sample a second": (encoded(tone(5, 100), rate=1), Reason.SAMPLE_RATE, "1 samples"),
    "a million a second": (
        encoded(tone(0.1, 10**6), rate=10**6),
        Reason.SAMPLE_RATE,
        "1,000,000 samples a second",
    ),
    "nine channels": (encoded(np.full((4800, 9), 0.1)), Reason.CHANNELS, "9 channels"),
    "silence": (encoded(np.zeros(48_000)), Reason.SILENT, "never reaches -60 dBFS"),
    "next to silence": (encoded(tone(1.0, peak=0.0008)), Reason.SILENT, "-60 dBFS"),
}


def table(clips: Sequence[bytes | None], kind: pa.DataType = CLIPS, **columns: Any) -> pa.Table:
    """Clips in Common Voice's layout, numbered through."""
    if kind == CLIPS:
        rows: list[Any] = [
            {"bytes": clip, "path": f"{index}.mp3"} for index, clip in enumerate(clips)
        ]
    else:
        rows = list(clips)
    ids = pa.array(range(len(clips)), pa.int64())
    return pa.table({"id": ids, "audio": pa.array(rows, kind), **columns})


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_clip_is_rejected_with_its_reason(bad: str) -> None:
    content, reason, detail = BAD[bad]
    found = features(table([WAV, content, MP3]), longest=LONGEST)
    assert found.kept["id"].to_pylist() == [0, 2]
    (row,) = found.rejected.to_pylist()
    assert (row["id"], row["path"], row[REASON]) == (1, "1.mp3", reason)
    assert row[DETAIL]
    assert detail in row[DETAIL]


def test_there_is_a_bad_clip_for_every_reason() -> None:
    assert {reason for _, reason, _ in BAD.values()} == set(Reason)


MANY = st.lists(
    st.one_of(
        st.sampled_from(GOOD),
        st.sampled_from([content for content, _, _ in BAD.values()]),
        st.binary(max_size=400),
        # Whatever is cut off or turned around, of whatever is well.
        st.tuples(st.sampled_from(GOOD), st.integers(0, 96_000)).map(lambda one: one[0][: one[1]]),
        st.tuples(st.sampled_from(GOOD), st.integers(0, 1000)).map(lambda one: flipped(*one)),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(MANY)
def test_every_row_is_kept_or_rejected(clips: list[bytes | None]) -> None:
    found = features(table(clips), longest=LONGEST)
    assert found.kept.num_rows + found.rejected.num_rows == len(clips)
    both = found.kept["id"].to_pylist() + found.rejected["id"].to_pylist()
    assert sorted(both) == list(range(len(clips)))
    assert set(found.rejected[REASON].to_pylist()) <= set(Reason)
    for mel, seconds in zip(found.kept["log_mel"], found.kept["trimmed_seconds"], strict=True):
        assert len(mel) == round(seconds.as_py() * 16_000) // 160
        assert np.isfinite(mel.values.flatten().to_numpy()).all()


@pytest.mark.parametrize("clip", GOOD)
def test_a_good_clip_is_kept_as_long_as_it_is(clip: bytes) -> None:
    (row,) = features(table([clip])).kept.to_pylist()
    assert row["seconds"] == pytest.approx(1.5 if clip is GOOD[4] else 1.0, abs=0.05)


def test_other_columns_stay_and_those_made_are_behind_them() -> None:
    before = table([WAV, None, MP3], sentence=["a", "b", None], up_votes=[1, 2, 3])
    found = features(before)
    assert found.kept.column_names == ["id", "sentence", "up_votes", "path", *MADE]
    assert found.kept.select(["id", "sentence", "up_votes", "path"]).to_pylist() == [
        {"id": 0, "sentence": "a", "up_votes": 1, "path": "0.mp3"},
        {"id": 2, "sentence": None, "up_votes": 3, "path": "2.mp3"},
    ]
    assert found.rejected.column_names == ["id", "sentence", "up_votes", "path", REASON, DETAIL]


def test_a_path_of_the_tables_own_is_not_replaced() -> None:
    found = features(table([WAV], path=["mine.mp3"]))
    assert found.kept["path"].to_pylist() == ["mine.mp3"]
    assert found.kept.column_names == ["id", "path", *MADE]


def test_the_columns_made_are_what_they_are_said_to_be() -> None:
    content = encoded(np.stack([between_silences(0.5, 1.0, 0.25)] * 2, axis=1))
    found = features(table([content]), keep_samples=True).kept
    assert {name: found.schema.field(name).type for name in MADE} == MADE
    row = found.drop_columns(["log_mel", "samples"]).to_pylist()[0]
    assert (row["seconds"], row["sample_rate"], row["channels"]) == (1.75, 48_000, 2)
    assert row["trimmed_seconds"] == pytest.approx(1.1, abs=0.021)
    assert row["rms_dbfs"] == pytest.approx(-15.05, abs=0.5)
    assert row["peak_dbfs"] == pytest.approx(-12.04, abs=0.2)
    samples = found["samples"][0].values.to_numpy()
    assert len(samples) == row["trimmed_seconds"] * 16_000
    whole = decode(content, LONGEST).samples
    start = next(at for at in range(len(whole)) if (whole[at : at + 800] == samples[:800]).all())
    assert (whole[start : start + len(samples)] == samples).all()
    mel = found["log_mel"][0].values.flatten().to_numpy().reshape(-1, 80)
    assert (mel == log_mel(samples).astype(np.float16)).all()


@pytest.mark.parametrize("keep", [False, True])
def test_the_schema_is_the_same_for_every_table(*, keep: bool) -> None:
    tables = [table([]), table([None]), table([WAV]), table([None, MP3, WAV])]
    found = [features(one, keep_samples=keep) for one in tables]
    assert len({str(one.kept.schema) for one in found}) == 1
    assert len({str(one.rejected.schema) for one in found}) == 1
    assert [name for name in SAMPLES if name in found[0].kept.column_names] == ["samples"] * keep


@pytest.mark.parametrize(
    "kind", [CLIPS, pa.struct({"path": pa.string(), "bytes": pa.large_binary()}), pa.binary()]
)
def test_clips_may_be_of_any_of_these_types(kind: pa.DataType) -> None:
    rows = [None, WAV, MP3] if pa.types.is_binary(kind) else [None, {"bytes": WAV}, {"bytes": MP3}]
    chunks = pa.chunked_array([pa.array(rows[:2], kind), pa.array(rows[2:], kind)])
    found = features(pa.table({"clip": chunks}), column="clip")
    assert (found.kept.num_rows, found.rejected.num_rows) == (2, 1)


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ([None, None], pa.null()),
        (
            [{"bytes": None, "path": "a.mp3"}, None],
            pa.struct({"bytes": pa.null(), "path": pa.string()}),
        ),
    ],
)
def test_a_column_of_nothing_is_rejected_row_by_row(rows: list[Any], kind: pa.DataType) -> None:
    found = features(pa.table({"audio": pa.array(rows, kind), "id": [1, 2]}))
    assert found.rejected.select(["id", REASON]).to_pylist() == [
        {"id": 1, REASON: "no audio"},
        {"id": 2, REASON: "no audio"},
    ]
    assert found.kept.num_rows == 0


def test_two_columns_of_clips_are_told() -> None:
    twice = pa.table([pa.array([WAV]), pa.array([WAV])], names=["audio", "audio"])
    with pytest.raises(InputError, match="there are several columns 'audio': rename all of them"):
        features(twice)


def test_clips_held_together_or_piece_by_piece_are_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = features(table(GOOD), keep_samples=True)
    monkeypatch.setattr(sys.modules[features.__module__], "SAMPLES_AT_ONCE", 20_000)
    pieces = features(table(GOOD), keep_samples=True)
    assert pieces.kept["log_mel"].num_chunks > whole.kept["log_mel"].num_chunks
    assert pieces.kept.equals(whole.kept)


def test_features_come_back_from_parquet_and_are_not_looked_through_for_repeats(
    tmp_path: Path,
) -> None:
    found = features(table(GOOD * 5))
    with (tmp_path / "a.parquet").open("wb") as sink:
        writer = Writer(sink, "snappy")
        writer.add(found.kept, "clips")
        writer.close()
    file = pq.ParquetFile(tmp_path / "a.parquet")
    assert file.read().equals(found.kept)
    group = file.metadata.row_group(0)
    columns = {group.column(at).path_in_schema: group.column(at) for at in range(group.num_columns)}
    assert "RLE_DICTIONARY" not in columns["log_mel.list.element.list.element"].encodings
    assert "RLE_DICTIONARY" in columns["sample_rate"].encodings


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"column": "clip"}, "there is no column 'clip': the columns are id, audio; name the one"),
        ({"column": "id"}, "column 'id' is of type int64, not clips: name a column of binary"),
    ],
)
def test_a_wrong_column_is_told(options: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=re.escape(told)):
        features(table([WAV]), **options)


@pytest.mark.parametrize("name", [*MADE, REASON, DETAIL])
def test_a_column_that_is_there_already_is_told(name: str) -> None:
    with pytest.raises(InputError, match=f"there is a column '{name}' already: rename it"):
        features(table([WAV], **{name: [1]}))


@pytest.mark.parametrize("option", ["longest", "silence_db"])
@pytest.mark.parametrize("value", [0.0, -1.0, math.inf, -math.inf, math.nan])
def test_lengths_and_levels_that_there_are_not_are_told(option: str, value: float) -> None:
    options: dict[str, Any] = {option: value}
    with pytest.raises(UsageError, match="must be finite and more than 0, not"):
        features(table([WAV]), **options)


def test_nothing_of_one_clip_is_in_another() -> None:
    alone = [features(table([clip])).kept["log_mel"][0] for clip in GOOD]
    together = features(table(GOOD)).kept["log_mel"]
    assert [one.as_py() for one in together] == [one.as_py() for one in alone]
    assert isinstance(features(table(GOOD)), Parted)
