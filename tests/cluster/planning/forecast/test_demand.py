"""What is asked of a cluster, by options and by file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cluster.planning.forecast.demand import demand, read
from errors import UsageError


def test_a_file_is_a_list_of_demands(tmp_path: Path) -> None:
    file = tmp_path / "demands.yaml"
    file.write_text(
        "- {tasks: 480}\n"
        "- {tasks: 2, seconds: 1.5, resources: {CPU: 0.5, Graviton: 1}, at: 60,\n"
        "   labels: {ray-subcluster: graviton}}\n"
    )
    first, second = read(file)
    assert (first.tasks, first.seconds, first.at) == (480, 300.0, 0.0)
    assert first.shape.resources == (("CPU", 1.0),)
    assert (second.tasks, second.seconds, second.at) == (2, 1.5, 60.0)
    assert second.shape.resources == (("CPU", 0.5), ("Graviton", 1.0))
    assert second.shape.labels == (("ray-subcluster", "graviton"),)
    assert str(second) == (
        "2 tasks of 1.5 s, each {CPU: 0.5, Graviton: 1, ray-subcluster=graviton}, from second 60"
    )


def test_json_is_as_good(tmp_path: Path) -> None:
    file = tmp_path / "demands.json"
    file.write_text(json.dumps([{"tasks": 3, "resources": {"CPU": 2}}]))
    assert read(file)[0].tasks == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "should be a list of"),
        ("tasks: 3", "should be a list of"),
        ("text", "should be a list of"),
        ("[]", "should be a list of"),
        ("[3]", "demand 1: it should be a mapping of at, labels, resources, seconds, tasks"),
        ("[{tasks: 3}, {task: 3}]", "demand 2: 'task' is none of at, labels"),
        ("[{seconds: 3}]", "demand 1: it does not say how many tasks"),
        ("[{tasks: many}]", "demand 1: tasks is 'many', and should be a number"),
        ("[{tasks: true}]", "demand 1: tasks is True, and should be a number"),
        ("[{tasks: 0}]", "demand 1: tasks is 0, and should be at least 1"),
        ("[{tasks: 1.5}]", "demand 1: tasks is 1.5, and should be a whole number"),
        ("[{tasks: 1, seconds: -3}]", "demand 1: seconds is -3, and should be at least 0.001"),
        ("[{tasks: 1, at: -3}]", "demand 1: at is -3, and should be at least 0"),
        ("[{tasks: 1, seconds: .inf}]", "demand 1: seconds is inf, and should be a number"),
        ("[{tasks: 1, resources: {}}]", "demand 1: resources should be a mapping"),
        ("[{tasks: 1, resources: {CPU: 0}}]", "demand 1: CPU is 0, and should be at least"),
        ("[{tasks: 1, labels: intel}]", "demand 1: labels should be a mapping"),
        ("[{tasks: 1", "is no YAML or JSON: "),
    ],
)
def test_a_wrong_file_is_told(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "demands.yaml"
    file.write_text(text)
    with pytest.raises(UsageError) as error:
        read(file)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["none.yaml", "."])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot read "):
        read(tmp_path / name)


@pytest.mark.parametrize(
    ("amount", "free", "fit"),
    [(1, 160_000, 16), (0.1, 10_000, 10), (0.3, 9_000, 3), (3, 160_000, 5), (17, 160_000, 0)],
)
def test_as_many_fit_as_ray_says(amount: Any, free: int, fit: int) -> None:
    assert demand(1, 1, {"CPU": amount}).shape.count_in({"CPU": free, "memory": 0}) == fit


def test_resources_are_no_finer_than_ray_counts() -> None:
    assert demand(1, 1, {"CPU": 0.33333333}).shape.resources == (("CPU", 0.3333),)
