"""Text data sets: the same for a seed however they are cut, of the size asked for, lean."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import OutputError, UsageError
from tests.workloads.parquet import contents, everything_in
from tests.workloads.programs import peak_bytes
from workloads.files.making import SCALES, generate
from workloads.files.places import Folder
from workloads.files.record import RECORD
from workloads.files.tuning import TUNING
from workloads.text.characters import ROW_BYTES
from workloads.text.generate import (
    KINDS,
    LABELS,
    NAME,
    TextSpec,
)

MB = 1_000_000
WRITE_ONE_FILE = """
import sys
from workloads.files.places import Folder
from workloads.files.making import MakeTask
from workloads.text.generate import TextSpec
folder, rows = Folder.of(sys.argv[1]), int(sys.argv[2])
task = MakeTask(folder, "a.parquet", TextSpec(rows, "mixed"), range(rows), "snappy")
assert task.run().rows_out == rows
"""


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None)
@given(cuts=st.sets(st.integers(1, 399), max_size=6), seed=st.integers(0, 2**63 - 1))
def test_content_does_not_depend_on_how_it_is_cut(kind: str, cuts: set[int], seed: int) -> None:
    spec = TextSpec(400, kind, seed)
    edges = [0, *sorted(cuts), 400]
    parts = [spec.table(range(*edge)) for edge in itertools.pairwise(edges)]
    assert pa.concat_tables(reversed(parts)).sort_by("id").equals(spec.table(range(400)))


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_as_promised(kind: str) -> None:
    table = TextSpec(3000, kind).table(range(1000, 3000))
    table.validate(full=True)
    assert table.schema.equals(
        pa.schema({"id": pa.int64(), "text": pa.string(), "label": pa.string()})
    )
    assert table["id"].to_pylist() == list(range(1000, 3000))
    assert 1000 <= table["text"].nbytes / 2000 < 1050
    counts = {one["values"]: one["counts"] for one in table["label"].value_counts().to_pylist()}
    assert set(counts) == set(LABELS)
    assert min(counts.values()) > 400


def test_kinds_and_seeds_differ_in_every_row() -> None:
    specs = [TextSpec(100, kind, seed) for kind in KINDS for seed in (0, 1, 2**63 - 1)]
    texts = [text for spec in specs for text in spec.table(range(100))["text"].to_pylist()]
    assert len(set(texts)) == len(texts)
    labels = {tuple(spec.table(range(100))["label"].to_pylist()) for spec in specs[:3]}
    assert len(labels) == 3


@pytest.mark.parametrize(
    ("size", "rows"),
    [
        (1, 1),
        (1000, 1),
        (1001, 2),
        (256 * MB, 256_000),
        *((s, b // 1000) for s, b in SCALES.items()),
    ],
)
def test_a_size_is_so_many_rows_of_a_kilobyte(size: int | str, rows: int) -> None:
    assert TextSpec.sized(size).rows == rows


def test_scales_are_those_of_the_glossary() -> None:
    megabytes = {name: size // MB for name, size in SCALES.items()}
    assert megabytes == {"smoke": 10, "small": 256, "medium": 10_000, "large": 100_000}


@given(st.integers(1, 10**9))
def test_files_hold_every_row_once_and_are_of_one_size(rows: int) -> None:
    parts = TextSpec(rows).files()
    assert [part.start for part in parts] == [0, *(part.stop for part in parts[:-1])]
    assert parts[-1].stop == rows
    sizes = {len(part) for part in parts}
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) >= 1
    assert max(sizes) <= 65_536
    assert len(parts) >= min(8, rows)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((10, "poems", 0), "'poems' is no kind of text: choose one of letters, mixed"),
        ((0, "mixed", 0), "there must be at least 1 row, not 0"),
        ((10, "mixed", -1), "the seed must be from 0 to 2^63 - 1, not -1"),
        ((10, "mixed", 2**63), f"the seed must be from 0 to 2^63 - 1, not {2**63}"),
    ],
)
def test_what_there_cannot_be_is_told(arguments: tuple[int, str, int], told: str) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        TextSpec(*arguments)


def test_an_unknown_scale_or_codec_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'huge' is no scale: choose one of smoke, small"):
        TextSpec.sized("huge")
    with pytest.raises(UsageError, match="'brotli' is not a codec: choose one of snappy, zstd"):
        generate(tmp_path / "out", TextSpec(10), codec="brotli")
    assert not (tmp_path / "out").exists()


def test_a_data_set_on_ray_is_the_table_of_its_spec(tmp_path: Path) -> None:
    spec = TextSpec(2000, "mixed", 4)
    summary = generate(tmp_path, spec, codec="zstd", progress=False)
    tables = contents(tmp_path)
    assert list(tables) == [f"part-{index:05d}-of-00008.parquet" for index in range(8)]
    assert pa.concat_tables(tables.values()).equals(spec.table(range(2000)))
    assert (summary.written, summary.already_there, summary.rows_out) == (8, 0, 2000)
    assert summary.bytes_out == sum(path.stat().st_size for path in tmp_path.glob("*.parquet"))
    assert everything_in(tmp_path) == {*tables, RECORD}


def test_a_tuning_changes_how_it_is_made_and_not_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = TextSpec(2000, "mixed", 4)
    tuning = '{"batch_bytes": 20000, "row_group_bytes": 1, "at_once": 1}'
    monkeypatch.setenv(TUNING, f'{{"{NAME}": {tuning}}}')
    generate(tmp_path, spec, progress=False)
    assert pa.concat_tables(contents(tmp_path).values()).equals(spec.table(range(2000)))
    first = pq.ParquetFile(tmp_path / "part-00000-of-00008.parquet").metadata
    assert first.num_row_groups == -(-250 // (20_000 // ROW_BYTES)) > 1


def test_a_data_set_is_completed_and_not_begun_anew(tmp_path: Path) -> None:
    spec = TextSpec(800)
    generate(tmp_path, spec, progress=False)
    kept, lost = tmp_path / "part-00003-of-00008.parquet", tmp_path / "part-00005-of-00008.parquet"
    before = kept.stat().st_mtime_ns
    content = lost.read_bytes()
    lost.unlink()
    summary = generate(tmp_path, spec, progress=False)
    assert (summary.written, summary.already_there) == (1, 7)
    assert lost.read_bytes() == content
    assert kept.stat().st_mtime_ns == before


def test_another_data_set_does_not_go_into_the_same_folder(tmp_path: Path) -> None:
    (tmp_path / RECORD).write_text(
        json.dumps({"workload": "text.generate", "rows": 9, "kind": "mixed", "seed": 0})
    )
    with pytest.raises(
        OutputError, match=r"codec was None and is now 'snappy'; .*seed was 0 and is"
    ):
        generate(tmp_path, TextSpec(9, "mixed", 1))


def test_tasks_weigh_what_they_write(tmp_path: Path) -> None:
    tasks = TextSpec.sized("smoke").tasks(Folder.of(tmp_path), "snappy")
    assert sum(task.weight for task in tasks) == SCALES["smoke"]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    small, large = (
        peak_bytes(WRITE_ONE_FILE, str(tmp_path / str(size)), str(size * 1000))
        for size in (128, 512)
    )
    assert large - small < 64 * MB, (small, large)
