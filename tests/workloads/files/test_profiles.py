"""Profiles: found for this kind of machine and function, and for no other; never read in part."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from errors import UsageError
from tests.workloads.files import user
from tests.workloads.files.jobs import run
from workloads.files import profiles
from workloads.files.distribute import ADDRESS, REPOSITORY
from workloads.files.profiles import Kind, Profile, file_of, find, here, of_place, read
from workloads.files.tuning import DEFAULT, TUNING, Tuning, asked, tuned

FUNCTION = f"{user.NAME}:same"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(profiles.VARIABLE, str(tmp_path / "profiles"))
    monkeypatch.delenv(ADDRESS, raising=False)


def keep(kind: Kind, tuning: dict[str, Any], function: str = FUNCTION) -> Path:
    """Writes a profile where that of this machine is looked for."""
    file = file_of(here().place, function)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"function": function, "tuning": tuning, "machine": vars(kind)}))
    return file


def test_without_one_it_is_the_default() -> None:
    assert find(FUNCTION) is None
    assert tuned(FUNCTION) == DEFAULT
    assert asked[FUNCTION].source == ""


def test_what_was_found_here_counts() -> None:
    file = keep(here(), {"batch_bytes": 5})
    assert find(FUNCTION) == Profile(file, FUNCTION, {"batch_bytes": 5}, here())
    assert tuned(FUNCTION, Tuning(cpus=2)) == Tuning(batch_bytes=5, cpus=2)
    assert asked[FUNCTION].source == str(file)
    assert tuned("another:function") == DEFAULT


@pytest.mark.parametrize("change", [{"cpu": "another"}, {"vcpus": 1000}, {"arch": "riscv64"}])
def test_what_was_found_on_another_machine_does_not(change: dict[str, Any]) -> None:
    keep(replace(here(), **change), {"batch_bytes": 5})
    assert tuned(FUNCTION) == DEFAULT


def test_what_was_found_for_another_function_does_not() -> None:
    keep(here(), {"batch_bytes": 5}).write_text(
        json.dumps({"function": "a:b", "tuning": {"batch_bytes": 5}, "machine": vars(here())})
    )
    assert tuned(FUNCTION) == DEFAULT


def test_the_environment_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(here(), {"batch_bytes": 5})
    monkeypatch.setenv(TUNING, "{}")
    assert tuned(FUNCTION) == DEFAULT
    monkeypatch.setenv(TUNING, f'{{"{FUNCTION}": {{"batch_bytes": 7, "from": "there"}}}}')
    assert tuned(FUNCTION) == Tuning(batch_bytes=7)
    assert asked[FUNCTION].source == "there"


def test_on_a_cluster_no_profile_of_this_machine_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(here(), {"batch_bytes": 5})
    monkeypatch.setenv(ADDRESS, "127.0.0.1:6379")
    assert tuned(FUNCTION) == DEFAULT


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "is no profile"),
        ("[]", "is no profile"),
        ('{"function": "a:b"}', "is no profile"),
        ('{"function": "a:b", "tuning": 3, "machine": {}}', "is no profile"),
        ('{"function": "a:b", "tuning": {"batch', "is no profile"),
        ("\udcff", "is no profile"),
    ],
)
def test_what_is_no_profile_is_named_in_a_sentence(content: str, why: str) -> None:
    file = keep(here(), {})
    file.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(UsageError, match=why) as told:
        tuned(FUNCTION)
    assert str(file) in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("tuning", "why"),
    [
        ({"batches": 5}, "a tuning has no batches"),
        ({"batch_bytes": 0}, "batch_bytes is to be a whole number from 1 on, not 0"),
    ],
)
def test_a_tuning_that_cannot_be_is_named_with_its_file(tuning: dict[str, Any], why: str) -> None:
    file = keep(here(), tuning)
    with pytest.raises(UsageError, match=why) as told:
        tuned(FUNCTION)
    assert str(file) in str(told.value)


def test_a_file_that_may_not_be_read_is_named() -> None:
    file = keep(here(), {})
    file.unlink()
    file.mkdir()
    with pytest.raises(UsageError, match=r"cannot be read: Is a directory"):
        tuned(FUNCTION)


def test_a_job_goes_by_it(source: Path, tmp_path: Path) -> None:
    keep(here(), {"row_group_bytes": 1, "batch_bytes": 1})
    run(source, tmp_path / "out")
    file = pq.ParquetFile(tmp_path / "out" / "a.parquet")
    assert file.num_row_groups == file.metadata.num_rows


def test_all_of_a_place_are_found() -> None:
    first, second = (keep(here(), {}, name) for name in ("a:b", "c:d"))
    assert [one.file for one in of_place(here().place)] == [first, second]
    assert of_place("nowhere") == []


def test_names_are_those_of_files() -> None:
    kind = Kind("AMD EPYC 9R14 / (x) @ 2.6GHz, c7a.large", "amd64", 2)
    assert kind.place == "amd-epyc-9r14-x-2.6ghz-c7a.large-2-vcpus"
    assert file_of(kind.place, "workloads.text:clean").name == "workloads.text.clean.json"


def test_a_file_of_the_repository_is_told_from_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(profiles.VARIABLE)
    file = file_of("here", "a:b")
    assert file == REPOSITORY / "results" / "tuning" / "here" / "a.b.json"
    assert Profile(file, "a:b", {}, here()).name == "results/tuning/here/a.b.json"


def test_reading_a_whole_one(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    kind = Kind("x", "arm64", 3)
    told = {"function": "a:b", "tuning": {"cpus": 2}, "machine": vars(kind), "more": [1]}
    file.write_text(json.dumps(told))
    assert read(file) == Profile(file, "a:b", {"cpus": 2}, kind)
