"""Made clips: the same for a seed, of the size that is said, and much as people speak."""

from __future__ import annotations

import io
import itertools
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import soundfile  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import UsageError
from tests.workloads.parquet import contents
from tests.workloads.programs import run
from workloads.audio import AudioSpec, features
from workloads.audio.made import KINDS, ROW_BYTES, SCHEMA
from workloads.files.places import Folder

HASH_SOME_ROWS = """
from hashlib import sha256
from workloads.audio import AudioSpec
clips = AudioSpec(99, "mixed", 4).table(range(80, 90))["audio"].to_pylist()
print([sha256(clip["bytes"]).hexdigest() for clip in clips])
"""


def clips(spec: AudioSpec) -> list[bytes]:
    return [clip["bytes"] for clip in spec.table(range(spec.rows))["audio"].to_pylist()]


def told(content: bytes) -> soundfile._SoundFileInfo:
    return soundfile.info(io.BytesIO(content))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=5, deadline=None)
@given(cuts=st.sets(st.integers(1, 39), max_size=4), seed=st.sampled_from([0, 2**63 - 1]))
def test_content_does_not_depend_on_how_it_is_cut(kind: str, cuts: set[int], seed: int) -> None:
    spec = AudioSpec(40, kind, seed)
    edges = [0, *sorted(cuts), 40]
    parts = [spec.table(range(*edge)) for edge in itertools.pairwise(edges)]
    assert pa.concat_tables(parts).equals(spec.table(range(40)))


def test_another_process_makes_the_same() -> None:
    first, second = (run("-c", HASH_SOME_ROWS) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_seeds_and_rows_differ(kind: str) -> None:
    made = [clip for seed in (0, 1) for clip in clips(AudioSpec(100, kind, seed))]
    assert len(set(made)) == 200


def test_it_has_the_columns_of_common_voice() -> None:
    table = AudioSpec(30).table(range(10, 30))
    table.validate(full=True)
    assert table.schema == SCHEMA
    assert table["id"].to_pylist() == list(range(10, 30))
    assert table["path"].to_pylist()[0] == "common_voice_en_00000010.mp3"
    assert [clip["path"] for clip in table["audio"].to_pylist()] == table["path"].to_pylist()
    assert {len(client) for client in table["client_id"].to_pylist()} == {128}
    assert len(set(table["sentence"].to_pylist())) > 4


@pytest.mark.parametrize("kind", KINDS)
def test_it_has_about_the_size_that_is_said(kind: str) -> None:
    spec = AudioSpec(400, kind)
    assert 0.85 < sum(map(len, clips(spec))) / spec.size < 1.15
    assert 20_000_000 <= AudioSpec.sized(20_000_000, kind).size < 20_000_000 + ROW_BYTES[kind]
    assert AudioSpec.sized("smoke", kind) == AudioSpec.sized(10_000_000, kind)


def test_mp3_is_as_common_voice_has_it() -> None:
    found = [told(clip) for clip in clips(AudioSpec(60))]
    assert {(one.format, one.samplerate, one.channels) for one in found} == {("MP3", 48_000, 1)}
    assert min(one.duration for one in found) >= 2
    assert max(one.duration for one in found) <= 8.2


def test_mixed_has_all_that_there_is() -> None:
    found = Counter((one.format, one.channels) for one in map(told, clips(AudioSpec(150, "mixed"))))
    assert set(found) == {("MP3", 1), *itertools.product(["WAV", "FLAC"], [1, 2])}
    assert found["MP3", 1] > 60


@pytest.mark.parametrize("kind", KINDS)
def test_every_clip_is_good_and_much_like_speech(kind: str) -> None:
    found = features(AudioSpec(60, kind).table(range(60)))
    assert found.rejected.num_rows == 0
    seconds, trimmed = (found.kept[name].to_numpy() for name in ("seconds", "trimmed_seconds"))
    # Silence at both ends, of 0.2 to 0.8 s each, less what is left of it.
    assert (seconds - trimmed > 0.25).all()
    assert (seconds - trimmed < 2.0).all()
    assert (found.kept["rms_dbfs"].to_numpy() > -50).all()
    assert (found.kept["peak_dbfs"].to_numpy() < 0).all()
    mel = np.concatenate(
        [one.values.flatten().to_numpy().reshape(-1, 80) for one in found.kept["log_mel"]]
    )
    # Louder where voices are, below 4 kHz, than above.
    assert mel[:, :60].mean() > mel[:, 60:].mean() + 0.2


@pytest.mark.parametrize(("rows", "files"), [(3, 3), (8, 8), (30, 8), (20_000, 13)])
def test_rows_are_shared_among_files(rows: int, files: int) -> None:
    parts = AudioSpec(rows).files()
    assert len(parts) == files
    assert [row for part in parts for row in part] == list(range(rows))


def test_tasks_write_it(tmp_path: Path) -> None:
    spec = AudioSpec(20, "mixed", 1)
    tasks = spec.tasks(Folder.of(tmp_path), "snappy")
    outcomes = [task.run() for task in tasks]
    assert [one.error for one in outcomes] == [None] * 8
    assert sum(one.rows_out for one in outcomes) == 20
    assert sum(task.weight for task in tasks) == spec.size
    assert pa.concat_tables(contents(tmp_path).values()).equals(spec.table(range(20)))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((10, "opera", 0), "'opera' is no kind of audio: choose one of mp3, mixed"),
        ((0, "mp3", 0), "there must be at least 1 row, not 0"),
        ((10, "mp3", -1), "the seed must be from 0 to"),
        ((10, "mp3", 2**63), f"the seed must be from 0 to 2\\^63 - 1, not {2**63}"),
    ],
)
def test_what_there_cannot_be_is_told(arguments: tuple[int, str, int], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        AudioSpec(*arguments)


def test_an_unknown_scale_is_told() -> None:
    with pytest.raises(UsageError, match="'huge' is no scale: choose one of smoke"):
        AudioSpec.sized("huge")
