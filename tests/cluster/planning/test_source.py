"""A config keeps its lines, and what is no config is refused by file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cluster.planning.source import Key, Source, read
from errors import InputError, RayOnAwsError, UsageError

TEXT = """\
# a comment
cluster_name: ${cluster_name}
base: &base
  resources: {CPU: 4}
  node_config:
    InstanceType: m7i.xlarge
available_node_types:
  head: *base
  worker:
    <<: *base
    resources:
      CPU: 8
    lists:
      - a: 1
      - [x,
         y]
"""


def source(folder: Path, text: str) -> Source:
    path = folder / "cluster.yaml"
    path.write_text(text)
    return read(path)


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ((), 2),
        (("cluster_name",), 2),
        (("available_node_types", "worker"), 9),
        (("available_node_types", "worker", "resources", "CPU"), 12),
        (("available_node_types", "worker", "node_config", "InstanceType"), 6),
        (("available_node_types", "head", "resources", "CPU"), 4),
        (("available_node_types", "worker", "lists", 1), 15),
        (("available_node_types", "worker", "lists", 1, 1), 16),
        (("available_node_types", "worker", "lists", 7), 13),
        (("available_node_types", "worker", "max_workers"), 9),
        (("nothing", "of", "it"), 2),
        (("cluster_name", "deeper"), 2),
    ],
)
def test_a_value_has_its_line(tmp_path: Path, keys: tuple[Key, ...], line: int) -> None:
    assert source(tmp_path, TEXT).line(keys) == line


def test_its_values_are_those_that_ray_reads(tmp_path: Path) -> None:
    one = source(tmp_path, TEXT)
    assert one.config == yaml.safe_load(TEXT)
    assert one.config["cluster_name"] == "${cluster_name}"
    assert one.at("available_node_types", "worker", "lists", 0, "a") == 1
    assert one.at("available_node_types", "worker", "lists", 9) is None
    assert one.at("cluster_name", "deeper") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: [1\nc: 2\n", ":3: it is not YAML"),
        ("a: 1\n\tb: 2\n", ":2: it is not YAML"),
        ("", ":1: it is empty"),
        ("# nothing\n", ":1: it is empty"),
        ("- a\n", ":1: it is a list"),
        ("hello\n", ":1: it is a single value"),
        ("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n", ":5: c is given twice, first on line 3"),
        ("a: 1\na: 1\n", ":2: a is given twice, first on line 1"),
        ("{a: 1, a: 2}\n", ":1: a is given twice, first on line 1"),
        ("a: 1\nb: !Ref x\n", ":2: it is not YAML"),
        ("a: *b\n", ":1: it is not YAML"),
        ("a: 1\n---\nb: 2\n", ":2: it is not YAML"),
        ("a: 1\n? [x]\n: 1\n", ":2: it is not YAML"),
        ("a: 1\nb: &b [*b]\n", ":2: an alias holds itself"),
        ("a: \x00\n", ":1: it is not YAML"),
        ("a: 2026-02-31\n", "day"),
        ("[" * 3000, "nested too deeply"),
    ],
)
def test_what_is_no_config_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as told:
        source(tmp_path, text)
    assert str(tmp_path / "cluster.yaml") + ":" in str(told.value)
    assert said in str(told.value)


def test_aliases_that_grow_without_bound_are_refused(tmp_path: Path) -> None:
    steps = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(InputError, match="aliases"):
        source(tmp_path, "\n".join(["a0: &a0 [x]", *steps]))


def test_files_that_are_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no"):
        read(tmp_path / "nothing.yaml")
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path)
    (tmp_path / "latin.yaml").write_bytes(b"a: 1\nb: \xe9\n")
    with pytest.raises(InputError, match=r"latin\.yaml:2: it is not UTF-8"):
        read(tmp_path / "latin.yaml")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)
KEYS = st.lists(st.text(max_size=4) | st.integers(-3, 3), max_size=4)
ANY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def paths(value: Any, before: tuple[Key, ...] = ()) -> list[tuple[Key, ...]]:
    """Where each value is."""
    inner: list[tuple[Key, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [before, *(path for key, one in inner for path in paths(one, (*before, key)))]


@ANY
@given(st.dictionaries(st.text(max_size=4), VALUES, min_size=1, max_size=4), KEYS)
def test_any_value_has_a_line_of_the_file(
    tmp_path: Path, config: dict[str, Any], keys: list[Key]
) -> None:
    text = yaml.safe_dump(config)
    one = source(tmp_path, text)
    assert one.config == config
    for path in (*paths(config), tuple(keys)):
        assert 1 <= one.line(path) <= len(text.split("\n"))
        one.at(*path)


@ANY
@given(st.text() | st.binary())
def test_any_file_is_read_or_refused(tmp_path: Path, written: str | bytes) -> None:
    path = tmp_path / "any.yaml"
    path.write_bytes(written.encode() if isinstance(written, str) else written)
    try:
        told = ""
        assert isinstance(read(path).config, dict)
    except RayOnAwsError as error:
        told = str(error)
    assert not told or str(path) in told
