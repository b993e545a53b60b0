"""Whose files an output folder holds."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from errors import InputError, OutputError
from workloads.files.commit import whole_file
from workloads.files.places import Folder
from workloads.files.record import RECORD, claim, writing

RUN = {"function": "mine:work", "options": {"tag": "é"}, "codec": "snappy"}


def test_a_folder_can_be_claimed_again_by_the_same_run(tmp_path: Path, bucket: str) -> None:
    for place in (str(tmp_path), bucket):
        folder = Folder.of(f"{place}/out")
        assert claim(folder, RUN) is False
        assert json.loads(folder.read(RECORD) or b"") == RUN
        assert claim(folder, RUN) is True
        assert claim(folder, RUN) is True
        assert folder.files() == []


def test_what_json_does_not_tell_apart_is_the_same(tmp_path: Path) -> None:
    claim(Folder.of(tmp_path), {"cuts": (1, 2)})
    assert claim(Folder.of(tmp_path), {"cuts": [1, 2]}) is True


def test_another_run_is_refused_and_the_difference_named(tmp_path: Path) -> None:
    folder = Folder.of(tmp_path)
    claim(folder, RUN)
    before = folder.read(RECORD)
    told = re.escape(
        f"{tmp_path} holds another run's files (codec was 'snappy' and is now 'zstd'; "
        "rows was None and is now 'abc'): choose another folder"
    )
    with pytest.raises(OutputError, match=told):
        claim(folder, RUN | {"codec": "zstd", "rows": "abc"})
    assert folder.read(RECORD) == before


def fail(folder: Folder, *names: str) -> None:
    """A run that has written some files when it fails."""
    claim(folder, RUN)
    for name in names:
        with whole_file(folder, name) as file:
            file.write(b"x")
    with pytest.raises(InputError, match="a typo"), writing(folder):
        raise InputError("a typo")


def test_a_run_that_failed_with_nothing_to_show_gives_way(tmp_path: Path, bucket: str) -> None:
    for place in (str(tmp_path), bucket):
        folder = Folder.of(f"{place}/out")
        left = ["_stages/keys/a", "_rejected/a", "_left_out.json"]
        fail(folder, *left)
        assert claim(folder, RUN | {"codec": "zstd"}) is False
        # Nothing is taken for the other's that is not.
        assert [file.name for file in folder.files(lambda _: False)] == [RECORD]
        assert json.loads(folder.read(RECORD) or b"") == RUN | {"codec": "zstd"}
        # It is under way now.
        with pytest.raises(OutputError, match="holds another run's files"):
            claim(folder, RUN)


def test_a_run_that_failed_goes_on_as_any_other(tmp_path: Path) -> None:
    folder = Folder.of(tmp_path)
    fail(folder, "_stages/keys/a")
    assert claim(folder, RUN) is True
    assert folder.read("_stages/keys/a") == b"x"
    assert json.loads(folder.read(RECORD) or b"") == RUN


def test_a_run_that_failed_with_something_to_show_does_not_give_way(tmp_path: Path) -> None:
    folder = Folder.of(tmp_path)
    fail(folder, "a.parquet")
    with pytest.raises(OutputError, match="holds another run's files"):
        claim(folder, RUN | {"codec": "zstd"})
    # Nor does one that has something since, from a task that was late.
    other = Folder.of(tmp_path / "other")
    fail(other)
    with whole_file(other, "late.parquet") as file:
        file.write(b"x")
    with pytest.raises(OutputError, match="holds another run's files"):
        claim(other, RUN | {"codec": "zstd"})
    assert claim(other, RUN) is True


def test_foreign_files_are_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("all of it")
    with pytest.raises(OutputError, match=f"{tmp_path} holds files that no run of this project"):
        claim(Folder.of(tmp_path), RUN)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("content", ["", "{", "[1]", "\udcff"])
def test_a_broken_record_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / RECORD).write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(OutputError, match=f"{tmp_path}/{RECORD} is not the record of a run"):
        claim(Folder.of(tmp_path), RUN)
