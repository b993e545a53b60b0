"""Folders of encoded files as tables, a row a file."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import InputError, UsageError
from tests.workloads.files import user
from tests.workloads.parquet import contents
from workloads.files import encoded
from workloads.files.encoded import Encoded
from workloads.files.job import Summary
from workloads.files.places import File, Folder
from workloads.files.rejects import OTHERS, REJECTED
from workloads.files.transform import transform


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Six files that count, in three folders, and others that do not."""
    folder = tmp_path / "pictures"
    for name in (
        "b/2.JPG",
        "a.jpg",
        "b/1.jpg",
        "c.png",
        "나.jpg",
        "notes.txt",
        "_x/y.jpg",
        ".x.jpg",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode() * 100)
    return folder


def measure(source: Path, destination: Path, bytes_per_file: int) -> Summary:
    return transform(
        source,
        destination,
        f"{user.NAME}:measured",
        encoded=Encoded((".jpg", ".png"), bytes_per_file),
        progress=False,
    )


def test_each_file_becomes_a_row(pictures: Path, tmp_path: Path) -> None:
    summary = measure(pictures, tmp_path / "out", 1000)
    rows = [row for table in contents(tmp_path / "out").values() for row in table.to_pylist()]
    names = ["_x/y.jpg", "a.jpg", "b/1.jpg", "b/2.JPG", "c.png", "나.jpg"]
    assert rows == [{"path": name, "size": 100 * len(name.encode())} for name in names]
    assert list(contents(tmp_path / "out")) == [
        f"part-{index:05d}-of-00003.parquet" for index in range(3)
    ]
    # The others are not lost: they are named beside what the function rejects.
    assert (summary.rows_in, summary.rows_out, summary.skipped) == (7, 6, ())
    assert summary.rejected == {"other suffix": 1}
    others = tmp_path / "out" / REJECTED / OTHERS
    assert pq.read_table(others, partitioning=None).to_pylist() == [
        {"path": "notes.txt", "reason": "other suffix", "detail": ".txt"}
    ]
    # Nor do they stay where they are gone.
    (pictures / "notes.txt").unlink()
    assert measure(pictures, tmp_path / "out", 1000).rejected == {}
    assert not others.exists()


def test_a_run_goes_on_where_files_are_the_same(pictures: Path, tmp_path: Path) -> None:
    measure(pictures, tmp_path / "out", 1000)
    (tmp_path / "out" / "part-00001-of-00003.parquet").unlink()
    summary = measure(pictures, tmp_path / "out", 1000)
    assert (summary.written, summary.already_there) == (1, 2)


def test_no_such_files_are_named(pictures: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no file in .* ends with \.gif"):
        transform(pictures, tmp_path / "out", f"{user.NAME}:measured", encoded=Encoded((".gif",)))


def test_a_file_that_is_gone_is_named(pictures: Path) -> None:
    source = Folder.of(pictures)
    (output,) = Encoded((".png",)).outputs([File("gone.png", 10, 0)])
    with pytest.raises(InputError, match=r"gone\.png does not exist any more"):
        next(Encoded((".png",)).tables(source, output, 1))


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match=r"a\.png has 3\.0 GB"):
        Encoded((".png",)).outputs([File("a.png", 3 * 10**9, 0)])
    with pytest.raises(UsageError, match="bytes per file"):
        Encoded((".png",), 0)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30), st.integers(1, 60))
def test_all_files_go_into_outputs_in_order(sizes: list[int], most: int) -> None:
    files = [File(f"{index:03d}.png", size, index) for index, size in enumerate(sizes)]
    outputs = Encoded((".png",), most).outputs(files)
    assert [part.file for one in outputs for part in one.slices] == [one.name for one in files]
    # None is begun before the one before it is full.
    assert all(one.weight >= most for one in outputs[:-1])
    assert all(one.weight < most + 50 for one in outputs)


def test_tables_are_of_about_the_size_asked_for(
    pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, way = Folder.of(pictures), Encoded((".jpg",))
    (output,) = way.outputs(way.chosen(source.files())[0])
    assert [len(table) for _, table in way.tables(source, output, 1)] == [1, 1, 1, 1]
    assert [len(table) for _, table in way.tables(source, output, 1000)] == [2, 2]
    (origin, _), *_ = way.tables(source, output, 10**6)
    assert origin == f"{source.uri}/a.jpg to 나.jpg"
    # What Arrow can count bounds a table too.
    monkeypatch.setattr(encoded, "MOST_BYTES", 1300)
    assert [len(table) for _, table in way.tables(source, output, 10**6)] == [2, 1, 1]
