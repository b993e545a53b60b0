"""What was found for a cluster, and what of it goes to its jobs."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from cluster import nodes
from cluster.nodes import Node
from commands.tuning import handing_on
from tests.cluster.test_launched import ONE
from tests.workloads.tune.builders import CLEAN, MIB, result
from workloads.files import profiles
from workloads.files.tuning import TUNING, Tuning, tuned
from workloads.tune.keep import keep

PLACE = "compose-a-cluster-intel"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(profiles.VARIABLE, str(tmp_path))
    monkeypatch.delenv(TUNING, raising=False)
    return tmp_path


@pytest.fixture
def cpus(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """The CPUs of the cluster's subclusters."""
    there = {"intel": 2.0, "graviton": 6.0}

    def found(_launched: object) -> list[Node]:
        return [
            Node("10.0.0.1", False, "ALIVE", "amd64", name, number, 1e9, {})
            for name, number in there.items()
        ]

    monkeypatch.setattr(nodes, "nodes", found)
    return there


def found(**fields: int) -> None:
    one = result()
    keep(replace(one, found={CLEAN: fields}), PLACE, "")


def test_a_cluster_has_a_folder_of_its_own() -> None:
    assert handing_on.place_of(ONE, "intel") == PLACE
    assert handing_on.place_of(ONE, "") == "compose-a-cluster"


def test_nothing_is_handed_on_where_nothing_was_found() -> None:
    assert handing_on.variables(ONE, "intel") == {}


def test_what_was_found_is_handed_on_with_where_it_is_from(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(batch_bytes=4 * MIB)
    said = handing_on.variables(ONE, "intel")
    file = folder / PLACE / "workloads.text.clean.json"
    assert json.loads(said[TUNING]) == {CLEAN: {"batch_bytes": 4 * MIB, "from": str(file)}}
    # And is what a job understands.
    monkeypatch.setenv(TUNING, said[TUNING])
    assert tuned(CLEAN) == Tuning(batch_bytes=4 * MIB)


def test_a_job_of_no_subcluster_goes_by_that_of_the_nodes_that_are_measured() -> None:
    found(batch_bytes=4 * MIB)
    assert handing_on.variables(ONE, "") == handing_on.variables(ONE, "intel")
    assert handing_on.variables(ONE, "") != {}
    assert handing_on.variables(replace(ONE, name="another"), "") == {}


@pytest.mark.parametrize(("vcpus", "counts"), [(2.0, True), (3.0, False)])
def test_tasks_at_once_count_for_as_many_vcpus_only(
    cpus: dict[str, float], vcpus: float, counts: bool
) -> None:
    found(batch_bytes=4 * MIB, at_once=1)
    cpus["intel"] = vcpus
    fields = json.loads(handing_on.variables(ONE, "intel")[TUNING])[CLEAN]
    assert ("at_once" in fields) == counts
    assert fields["batch_bytes"] == 4 * MIB


@pytest.mark.usefixtures("cpus")
def test_on_all_nodes_tasks_at_once_of_some_do_not_count() -> None:
    found(at_once=1)
    assert "at_once" not in json.loads(handing_on.variables(ONE, "")[TUNING])[CLEAN]


def test_what_the_user_says_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    found(batch_bytes=4 * MIB)
    monkeypatch.setenv(TUNING, '{"a:b": {"cpus": 2}}')
    assert handing_on.variables(ONE, "intel") == {TUNING: '{"a:b": {"cpus": 2}}'}


@pytest.mark.parametrize("before", [None, '{"a:b": {}}'])
def test_nothing_is_all_defaults_and_ends(
    before: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(batch_bytes=4 * MIB)
    if before:
        monkeypatch.setenv(TUNING, before)
    with handing_on.nothing():
        assert tuned(CLEAN) == Tuning()
        assert handing_on.variables(ONE, "intel") == {TUNING: "{}"}
    assert os.environ.get(TUNING) == before
