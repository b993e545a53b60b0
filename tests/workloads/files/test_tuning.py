"""How a job is cut up: from the environment, and never without a word about what is wrong."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from errors import UsageError
from tests.workloads.files import user
from tests.workloads.files.jobs import run
from tests.workloads.parquet import contents
from workloads.files.transform import transform
from workloads.files.tuning import DEFAULT, TUNING, Tuning, tuned


def test_without_a_word_it_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TUNING, raising=False)
    assert tuned("a:b") == DEFAULT
    assert tuned("a:b", Tuning(cpus=2)) == Tuning(cpus=2)


def test_the_environment_says_it_for_each_function(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TUNING, '{"a:b": {"batch_bytes": 5, "at_once": 3}}')
    assert tuned("a:b", Tuning(cpus=2)) == Tuning(batch_bytes=5, at_once=3, cpus=2)
    assert tuned("a:c") == DEFAULT


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("nonsense", "not a JSON object"),
        ("[]", "not a JSON object"),
        ('{"a:b": {"batches": 5}}', "has no batches"),
        ('{"a:b": {"batch_bytes": 0}}', "batch_bytes is to be a whole number from 1 on, not 0"),
        ('{"a:b": {"cpus": true}}', "cpus is to be"),
        ('{"a:b": {"cpus": null}}', "cpus is to be"),
        ('{"a:b": {"batch_rows": 0}}', "batch_rows is to be a whole number from 1 on, not 0"),
    ],
)
def test_what_is_no_tuning_is_named(said: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TUNING, said)
    with pytest.raises(UsageError, match=why):
        tuned("a:b")


def test_a_job_goes_by_it(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        TUNING, f'{{"{user.NAME}:same": {{"row_group_bytes": 1, "batch_bytes": 1}}}}'
    )
    run(source, tmp_path / "out")
    file = pq.ParquetFile(tmp_path / "out" / "a.parquet")
    assert file.num_row_groups == file.metadata.num_rows


@pytest.mark.parametrize(("rows", "due"), [(None, [10]), (4, [4, 4, 2]), (10, [10]), (99, [10])])
def test_a_function_is_given_no_more_rows_than_that(
    source: Path, tmp_path: Path, rows: int | None, due: list[int]
) -> None:
    run(source, tmp_path / "out", "with_the_number_of_rows", tuning=Tuning(batch_rows=rows))
    made = contents(tmp_path / "out")
    assert made["a.parquet"]["rows"].to_pylist() == [given for given in due for _ in range(given)]
    assert made["a.parquet"]["id"].to_pylist() == list(range(10))
    assert made["b/zero.parquet"].num_rows == 0


def test_more_cores_than_there_are_are_refused(source: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a task is to have 1000 CPUs"):
        transform(source, tmp_path / "out", f"{user.NAME}:same", tuning=Tuning(cpus=1000))
