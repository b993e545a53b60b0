"""Data sets that are made: whole, resumed, and not mixed with one another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from errors import InputError, OutputError, UsageError
from tests.workloads.parquet import all_ids, everything_in, numbers
from workloads.files.making import make, make_tasks
from workloads.files.places import Folder
from workloads.files.record import RECORD
from workloads.files.tuning import DEFAULT


@dataclass(frozen=True)
class Numbers:
    """Rows that tell which they are, in files of ten."""

    rows: int
    row_bytes: int = 40

    def files(self) -> list[range]:
        return [range(first, min(first + 10, self.rows)) for first in range(0, self.rows, 10)]

    def table(self, rows: range) -> pa.Table:
        if 99 in rows:
            raise InputError("ninety-nine is not to be had")
        return numbers(rows.start, rows.stop)


def names(number: int) -> list[str]:
    return [f"part-{index:05d}-of-{number:05d}.parquet" for index in range(number)]


def test_all_rows_are_written_once(tmp_path: Path) -> None:
    data = Numbers(35)
    summary = make(tmp_path, data, label="numbers", record={"rows": 35}, progress=False)
    assert (summary.written, summary.already_there, summary.rows_out) == (4, 0, 35)
    assert all_ids(tmp_path) == list(range(35))
    assert everything_in(tmp_path) == {RECORD, *names(4)}


def test_a_data_set_is_completed_and_not_begun_anew(tmp_path: Path) -> None:
    for written in (4, 1):
        summary = make(tmp_path, Numbers(35), label="n", record={"rows": 35}, progress=False)
        assert (summary.written, summary.already_there) == (written, 4 - written)
        (tmp_path / names(4)[2]).unlink()


def test_another_data_set_does_not_go_into_the_same_folder(tmp_path: Path) -> None:
    make(tmp_path, Numbers(5), label="n", record={"rows": 5}, progress=False)
    with pytest.raises(OutputError, match="rows was 5 and is now 35"):
        make(tmp_path, Numbers(35), label="n", record={"rows": 35}, progress=False)
    with pytest.raises(UsageError, match="'rar' is not a codec"):
        make(tmp_path, Numbers(5), label="n", record={"rows": 5}, codec="rar")


@pytest.mark.parametrize(("row_bytes", "most"), [(10**9, 1), (2**20, 2), (1, 10)])
def test_rows_are_made_a_few_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row_bytes: int, most: int
) -> None:
    asked: list[int] = []
    table = Numbers.table

    def counted(self: Numbers, rows: range) -> pa.Table:
        asked.append(len(rows))
        return table(self, rows)

    monkeypatch.setattr(Numbers, "table", counted)
    assert DEFAULT.batch_bytes == 2 * 2**20
    (task,) = make_tasks(Numbers(10, row_bytes), Folder.of(tmp_path), "snappy")
    assert task.run().rows_out == 10
    assert (max(asked), sum(asked), task.weight) == (most, 10, 10 * row_bytes)


def test_what_is_wrong_comes_back_as_an_outcome(tmp_path: Path) -> None:
    *_, last = make_tasks(Numbers(100), Folder.of(tmp_path), "snappy")
    outcome = last.run()
    assert isinstance(outcome.error, InputError)
    assert everything_in(tmp_path) == {"_temporary"}
