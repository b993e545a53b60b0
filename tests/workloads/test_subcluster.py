"""What datasets are made with, where they are to be kept to one kind of node.

That only nodes of that kind are launched is tried in tests/cluster/rehearsal/test_spot.py.
"""

from __future__ import annotations

from typing import Any

import pytest
from ray.data import DataContext

from workloads.subcluster import subcluster


def selector() -> Any:
    return DataContext.get_current().execution_options.label_selector


def test_within_it_datasets_have_the_label() -> None:
    before = DataContext.get_current()
    with subcluster("graviton"):
        assert selector() == {"ray-subcluster": "graviton"}
        with subcluster("intel"):
            assert selector() == {"ray-subcluster": "intel"}
        assert selector() == {"ray-subcluster": "graviton"}
    assert DataContext.get_current() is before
    assert selector() is None


def test_what_else_is_selected_stays() -> None:
    context = DataContext.get_current().copy()
    context.execution_options.label_selector = {"market": "spot"}
    with DataContext.current(context):
        with subcluster("amd"):
            assert selector() == {"market": "spot", "ray-subcluster": "amd"}
        assert selector() == {"market": "spot"}


def test_it_ends_with_an_error_too() -> None:
    with pytest.raises(ZeroDivisionError), subcluster("amd"):
        _ = 1 / 0
    assert selector() is None


def test_without_a_name_it_is_as_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ON_AWS_SUBCLUSTER", raising=False)
    with subcluster():
        assert selector() is None
    monkeypatch.setenv("RAY_ON_AWS_SUBCLUSTER", "graviton")
    with subcluster():
        assert selector() == {"ray-subcluster": "graviton"}
    with subcluster("intel"):
        assert selector() == {"ray-subcluster": "intel"}
