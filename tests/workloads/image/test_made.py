"""Made images: the same for a seed, of the size that is said, and as photos are."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest
from PIL import Image

from errors import UsageError
from tests.workloads.parquet import contents
from tests.workloads.programs import run
from workloads.files.places import Folder
from workloads.image.kinds import KINDS
from workloads.image.made import ImageSpec

HASH_A_ROW = """
from hashlib import sha256
from workloads.image.made import ImageSpec
images = ImageSpec(99, "mixed", 4).table(range(90, 93))["bytes"].to_pylist()
print([sha256(image).hexdigest() for image in images])
"""


def opened(table: pa.Table) -> list[Image.Image]:
    return [Image.open(io.BytesIO(content)) for content in table["bytes"].to_pylist()]


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_is_the_same_whoever_makes_it(kind: str) -> None:
    spec = ImageSpec(40, kind, 2)
    table = spec.table(range(40))
    assert table["id"].to_pylist() == list(range(40))
    assert spec.table(range(30, 33)).equals(table[30:33])
    assert ImageSpec(99, kind, 2).table(range(30, 33)).equals(table[30:33])
    assert not ImageSpec(40, kind, 3).table(range(30, 33)).equals(table[30:33])
    assert len(set(table["bytes"].to_pylist())) == 40


def test_another_process_makes_the_same() -> None:
    first, second = (run("-c", HASH_A_ROW) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_it_has_about_the_size_that_is_said(kind: str) -> None:
    spec = ImageSpec.sized(20_000_000, kind)
    size = sum(map(len, spec.table(range(spec.rows))["bytes"].to_pylist()))
    assert 0.85 < size / spec.size < 1.15
    assert 20_000_000 <= spec.size < 20_000_000 + KINDS[kind].mean_bytes


def test_photos_are_jpeg_of_the_sizes_that_cameras_make() -> None:
    images = opened(ImageSpec(60).table(range(60)))
    assert {(image.format, image.mode) for image in images} == {("JPEG", "RGB")}
    assert len({image.size for image in images}) == 5


def test_mixed_has_all_that_there_is() -> None:
    images = opened(ImageSpec(200, "mixed").table(range(200)))
    found = Counter((image.format, image.mode) for image in images)
    assert set(found) == {
        ("JPEG", "RGB"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("WEBP", "RGB"),
    }
    assert len({image.getexif().get(274) for image in images}) > 5
    assert any(image.info.get("progressive") for image in images)


@pytest.mark.parametrize(("rows", "files"), [(3, 3), (8, 8), (30, 8), (10_000, 18)])
def test_rows_are_shared_among_files(rows: int, files: int) -> None:
    parts = ImageSpec(rows).files()
    assert len(parts) == files
    assert [row for part in parts for row in part] == list(range(rows))


def test_tasks_write_it(tmp_path: Path) -> None:
    spec = ImageSpec(20, "mixed", 1)
    tasks = spec.tasks(Folder.of(tmp_path), "snappy")
    outcomes = [task.run() for task in tasks]
    assert [one.error for one in outcomes] == [None] * 8
    assert sum(one.rows_out for one in outcomes) == 20
    assert sum(task.weight for task in tasks) == spec.size
    assert pa.concat_tables(contents(tmp_path).values()).equals(spec.table(range(20)))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"kind": "paintings"}, "'paintings' is no kind of images: choose one of photos, mixed"),
        ({"size": 0}, "there must be at least 1 row, not 0"),
        ({"seed": -1}, "the seed must be from 0 to"),
    ],
)
def test_no_such_data_set(fields: dict[str, str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        ImageSpec.sized(**{"size": 10**6, **fields})  # type: ignore[arg-type]
