"""Images in files to tensors in files: from Parquet and from folders, resumed, and in bounds."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from errors import OutputError, UsageError
from tests.workloads.files.test_job import FILES, kill_half_way, outputs, wait_for_the_end_of
from tests.workloads.image.pictures import encoded, half, photo, quarters
from tests.workloads.parquet import all_ids, contents, everything_in, write
from tests.workloads.programs import run
from workloads.files.functions import Function
from workloads.files.job import Summary
from workloads.files.places import Folder
from workloads.files.record import RECORD
from workloads.files.rejects import REJECTED
from workloads.files.shapes import Output, Shape, Slice
from workloads.files.transform import TransformTask
from workloads.image import Options, tensors
from workloads.image.job import (
    BATCH_TENSOR_BYTES,
    FUNCTION,
    default_tuning,
    make_tensors,
)

SMALL = Options(size=16)
IMAGES = (encoded(quarters(), "JPEG"), encoded(photo(60, 40)), half(encoded(photo(90, 60))), None)
ROWS_A_FILE = 40


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three files, of two images that are good and two that are not, and of none."""
    folder = tmp_path_factory.mktemp("images")
    for index, name in enumerate(["a.parquet", "b/c.parquet"]):
        table = pa.table({"id": range(4 * index, 4 * index + 4), "bytes": IMAGES})
        write(folder / name, table)
    write(folder / "none.parquet", table[:0])
    return folder


def make(source: Path, out: Path, options: Options = SMALL, **settings: Any) -> Summary:
    return make_tensors(source, out, options, progress=False, **settings)


def rejected(out: Path, name: str) -> pa.Table:
    return pq.read_table(out / REJECTED / name, partitioning=None)


def test_parquet_to_tensors(source: Path, tmp_path: Path) -> None:
    summary = make(source, tmp_path / "out")
    assert (summary.rows_in, summary.rows_out) == (8, 4)
    assert summary.rejected == {"broken": 2, "null": 2}
    assert all_ids(tmp_path / "out") == [0, 1, 4, 5]
    assert rejected(tmp_path / "out", "b/c.parquet")["id"].to_pylist() == [6, 7]
    assert not (tmp_path / "out" / REJECTED / "none.parquet").exists()
    schemas = [table.schema for table in contents(tmp_path / "out").values()]
    assert len(schemas) == 3
    assert all(one.equals(schemas[0], check_metadata=True) for one in schemas)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_tensors_read_back_as_such(source: Path, tmp_path: Path, dtype: str) -> None:
    make(source, tmp_path / "out", Options(size=16, dtype=dtype))
    column = pq.read_table(tmp_path / "out" / "a.parquet")["tensor"]
    assert column.type == pa.fixed_shape_tensor(
        pa.type_for_alias(dtype), (16, 16, 3), dim_names=["height", "width", "channel"]
    )
    values = column.combine_chunks().to_numpy_ndarray()
    assert (values.shape, values.dtype) == ((2, 16, 16, 3), dtype)
    due = tensors(pq.read_table(source / "a.parquet"), size=16, dtype=dtype).kept["tensor"]
    assert (values == due.combine_chunks().to_numpy_ndarray()).all()


def test_a_folder_of_images_to_tensors(tmp_path: Path) -> None:
    images = {"b/2.JPG": IMAGES[0], "a.png": IMAGES[1], "c.webp": b"", "d.jpeg": IMAGES[2]}
    for name, content in images.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(content or b"")
    for name in ("notes.txt", "e.gif", "no suffix"):
        (tmp_path / "in" / name).write_text("another kind")
    summary = make(tmp_path / "in", tmp_path / "out", bytes_per_file=len(IMAGES[1] or b""))
    made = contents(tmp_path / "out")
    assert [table["path"].to_pylist() for table in made.values()] == [["a.png"], ["b/2.JPG"]]
    assert summary.rejected == {"broken": 1, "empty": 1, "other suffix": 3}
    assert (summary.rows_in, summary.rows_out, summary.skipped) == (7, 2, ())
    assert rejected(tmp_path / "out", "part-others.parquet").to_pylist() == [
        {"path": "e.gif", "reason": "other suffix", "detail": ".gif"},
        {"path": "no suffix", "reason": "other suffix", "detail": ""},
        {"path": "notes.txt", "reason": "other suffix", "detail": ".txt"},
    ]
    found = rejected(tmp_path / "out", "part-00001-of-00002.parquet")
    assert found.select(["path", "reason"]).to_pylist() == [
        {"path": "c.webp", "reason": "empty"},
        {"path": "d.jpeg", "reason": "broken"},
    ]


def test_pictures_are_found_by_the_names_that_cameras_give_them(tmp_path: Path) -> None:
    for name in ("_MG_0001.JPG", "_x/_DSC0002.JPG", ".hidden/a.jpg", "_rejected/b.jpg"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(encoded(quarters(), "JPEG"))
    make(tmp_path / "in", tmp_path / "out")
    (made,) = contents(tmp_path / "out").values()
    assert made["path"].to_pylist() == ["_MG_0001.JPG", "_x/_DSC0002.JPG"]


def test_a_picture_does_not_take_the_place_of_a_data_set(source: Path, tmp_path: Path) -> None:
    mixed = tmp_path / "in"
    shutil.copytree(source, mixed)
    (mixed / "_preview.png").write_bytes(encoded(quarters()))
    assert make(mixed, tmp_path / "out").written == 3
    (mixed / "assets").mkdir()
    (mixed / "assets" / "preview.png").write_bytes(encoded(quarters()))
    told = "holds image files, such as assets/preview.png, and Parquet, such as a.parquet: name a"
    with pytest.raises(UsageError, match=told):
        make(mixed, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_what_does_not_go_together_is_told(source: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no image files: --bytes-per-file is for these"):
        make(source, tmp_path / "out", bytes_per_file=10)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.png").write_bytes(encoded(quarters()))
    with pytest.raises(UsageError, match="say how much goes into an output file with --bytes-per"):
        make(tmp_path / "in", tmp_path / "out", shape=Shape(files=1))


def test_other_options_do_not_go_on_with_a_run(source: Path, tmp_path: Path) -> None:
    make(source, tmp_path / "out")
    assert make(source, tmp_path / "out").already_there == 3
    with pytest.raises(OutputError, match=r"'size': 16.* and is now .*'size': 17"):
        make(source, tmp_path / "out", Options(size=17))


@pytest.mark.parametrize("options", [Options(), SMALL, Options(size=4096, dtype="float32")])
def test_however_small_images_are_few_tensors_are_held(options: Options) -> None:
    tuning = default_tuning(options)
    assert tuning.batch_rows is not None
    assert (
        1
        <= tuning.batch_rows * options.tensor_bytes
        <= max(BATCH_TENSOR_BYTES, options.tensor_bytes)
    )
    assert tuning.batch_rows <= 64


def test_tiny_images_are_handed_over_in_such_batches(tmp_path: Path) -> None:
    tiny = encoded(quarters(2, 2))
    write(tmp_path / "in" / "a", pa.table({"bytes": [tiny] * 200}))
    options = Options(size=512)
    task = TransformTask(
        Folder.of(tmp_path / "in"),
        Folder.of(tmp_path / "out"),
        Output("a", (Slice("a"),), 0, 0),
        Function(FUNCTION, {"size": options.size}),
        "snappy",
        default_tuning(options),
    )
    assert task.run().rows_out == 200
    groups = pq.ParquetFile(tmp_path / "out" / "a").metadata
    # Each is written as soon as it is full: a batch more than it holds at the most.
    assert groups.row_group(0).num_rows * options.tensor_bytes < 2 * 2 * BATCH_TENSOR_BYTES
    assert groups.num_row_groups >= 3


def test_a_killed_run_is_completed_by_running_it_again(tmp_path: Path) -> None:
    images = [encoded(photo(640, 480, number), "JPEG") for number in range(4)]
    for index in range(FILES):
        ids = range(index * ROWS_A_FILE, (index + 1) * ROWS_A_FILE)
        content = [b"no image" if id_ % 10 == 0 else images[id_ % 4] for id_ in ids]
        write(tmp_path / "in" / f"{index}.parquet", pa.table({"id": ids, "bytes": content}))
    out = tmp_path / "out"
    command = ["-m", "workloads.image", "tensors", str(tmp_path / "in"), str(out), "--size", "64"]
    started = kill_half_way(command, out)
    finished = {path: path.stat().st_mtime_ns for path in outputs(out)}
    assert 0 < len(finished) < FILES
    done = run(*command)
    wait_for_the_end_of(started)
    assert done.returncode == 0, done.stderr
    assert {path: path.stat().st_mtime_ns for path in finished} == finished
    make(tmp_path / "in", tmp_path / "undisturbed", Options(size=64))
    assert contents(out) == contents(tmp_path / "undisturbed")
    taken = [id_ for id_ in range(FILES * ROWS_A_FILE) if id_ % 10]
    assert sorted(all_ids(out)) == taken
    names = [f"{index}.parquet" for index in range(FILES)]
    for name in names:
        assert rejected(out, name).equals(rejected(tmp_path / "undisturbed", name))
    expected = {RECORD, REJECTED, *names, *(f"{REJECTED}/{name}" for name in names)}
    assert everything_in(out) == expected
