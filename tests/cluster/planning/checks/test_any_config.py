"""Whatever a config holds, it is checked or refused in a sentence: never an exception of ours."""

from __future__ import annotations

import copy
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cluster.planning.checks import check
from cluster.planning.source import Key, read
from tests.cluster.planning.checks.twins import GOOD

SETTINGS = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150
)
OTHERS: tuple[Any, ...] = (
    None,
    [],
    {},
    "",
    "text",
    "${later}",
    0,
    -1,
    1.5,
    True,
    [None],
    {"x": None},
    {1: [2]},
)


def places(value: Any, before: tuple[Key, ...] = ()) -> list[tuple[Key, ...]]:
    """Where each value of a config is."""
    inner: list[tuple[Key, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [path for key, one in inner for path in ((*before, key), *places(one, (*before, key)))]


PLACES = places(yaml.safe_load(GOOD))


def changed(path: tuple[Key, ...], value: Any, config: Any) -> None:
    """Puts a value somewhere; takes it away if it is `...`."""
    *outer, last = path
    for key in outer:
        try:
            config = config[key]
        except (IndexError, KeyError, TypeError):
            return  # an earlier change took it away
    if isinstance(config, dict):
        config.pop(last, None)
        config.update({} if value is ... else {last: value})
    elif isinstance(config, list) and isinstance(last, int):
        config[last : last + 1] = [] if value is ... else [value]


def looked_at(path: Path, config: Any) -> None:
    """Checks a config, and that what is found can be told."""
    path.write_text(yaml.safe_dump(config))
    lines = len(path.read_text().splitlines())
    for one in check(read(path)):
        assert 1 <= one.line <= lines
        assert json.loads(json.dumps(one.as_dict())) == one.as_dict()


@SETTINGS
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from((..., *OTHERS))), max_size=3))
def test_changed_configs(tmp_path: Path, changes: list[tuple[tuple[Key, ...], Any]]) -> None:
    config = yaml.safe_load(GOOD)
    for path, value in changes:
        # A copy, as the next change may be within it.
        changed(path, copy.deepcopy(value), config)
    looked_at(tmp_path / "cluster.yaml", config)


@pytest.mark.parametrize("other", OTHERS, ids=repr)
def test_any_value_in_place_of_a_section(tmp_path: Path, other: Any) -> None:
    for path in PLACES:
        if len(path) == 1:
            config = yaml.safe_load(GOOD)
            changed(path, other, config)
            looked_at(tmp_path / "cluster.yaml", config)


@SETTINGS
@given(
    st.dictionaries(
        st.sampled_from([str(path[-1]) for path in PLACES]) | st.integers(),
        st.recursive(
            st.sampled_from([one for one in OTHERS if not isinstance(one, list | dict)]),
            lambda inner: (
                st.lists(inner, max_size=2)
                | st.dictionaries(st.sampled_from([str(path[-1]) for path in PLACES]), inner)
            ),
            max_leaves=10,
        ),
        min_size=1,
    )
)
def test_made_up_configs(tmp_path: Path, config: dict[str, Any]) -> None:
    looked_at(tmp_path / "cluster.yaml", config)


@pytest.mark.parametrize("provider", ["aws", "gcp", "azure", "local", "external", "vsphere"])
def test_ray_s_own_defaults(tmp_path: Path, provider: str) -> None:
    found = find_spec("ray")
    assert found is not None
    assert found.submodule_search_locations
    path = Path(found.submodule_search_locations[0]) / "autoscaler" / provider / "defaults.yaml"
    text = path.read_text() if path.exists() else GOOD
    config = {**yaml.safe_load(text), "provider": {"type": provider}}
    looked_at(tmp_path / "cluster.yaml", config)
    path = tmp_path / "cluster.yaml"
    other = [one for one in check(read(path)) if one.check == "provider-other"]
    assert len(other) == (provider != "aws")
