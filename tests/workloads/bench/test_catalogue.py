import importlib
import inspect
import re
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from errors import UsageError
from workloads.bench import catalogue
from workloads.bench.catalogue import (
    CATALOGUE,
    Entry,
    check_engines,
    check_kinds,
    entries,
    workload_names,
)

CONTENT = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
DOING = {**CONTENT["workloads"], "function": CONTENT["function"]}
FUNCTIONS = {"text.generate": "generate", "text.clean": "clean", "function": "transform"}
OF_THE_CATALOGUE = {field.name for field in fields(Entry)} - {"workload", "engine"}


def names(found: list[Entry]) -> list[str]:
    return [one.engine for one in found]


def chosen(workload: str, kind: str, *engines: str, peers: bool = False) -> list[str]:
    return names(entries(workload, kind, peers=peers, engines=engines, repeats=None))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("text", ["text.generate", "text.clean"]),
        ("text.clean", ["text.clean"]),
        ("text.generate", ["text.generate"]),
        ("own.module:function", ["own.module:function"]),
    ],
)
def test_a_name_stands_for_workloads(wanted: str, found: list[str]) -> None:
    assert workload_names(wanted) == found


@pytest.mark.parametrize("wanted", ["", "texts", "text.", "clean", "TEXT"])
def test_an_unknown_workload_is_told_with_those_that_there_are(wanted: str) -> None:
    with pytest.raises(UsageError) as told:
        workload_names(wanted)
    assert str(told.value) == (
        f"'{wanted}' is no workload: choose text, text.generate, text.clean, "
        "or a function of yours as module:function"
    )


def test_the_catalogue_is_what_it_is_said_to_be() -> None:
    said = set(re.findall(r"^#   (\w+)  ", CATALOGUE.read_text(encoding="utf-8"), re.M))
    assert said == OF_THE_CATALOGUE
    assert set(CONTENT) == {"defaults", "workloads", "function"}
    assert set(CONTENT["defaults"]) <= OF_THE_CATALOGUE
    for doing in DOING.values():
        assert all(set(options) <= OF_THE_CATALOGUE for options in doing.values())


@pytest.mark.parametrize(
    ("workload", "engine"), [(workload, engine) for workload in DOING for engine in DOING[workload]]
)
def test_an_engine_has_the_functions_that_its_workloads_need(workload: str, engine: str) -> None:
    module = importlib.import_module(f"workloads.bench.engines.{engine}")
    assert not inspect.signature(module.start).parameters
    takes = {"generate": 2, "clean": 2, "transform": 3}
    function = FUNCTIONS[workload]
    assert len(inspect.signature(getattr(module, function)).parameters) == takes[function]


def test_peers_take_part_when_asked_for() -> None:
    assert chosen("text.clean", "mixed") == ["ours", "baseline", "floor"]
    assert chosen("text.clean", "mixed", peers=True) == [
        *("ours", "baseline", "polars", "duckdb", "daft", "floor")
    ]
    assert chosen("text.generate", "mixed", peers=True) == ["ours", "floor"]
    assert chosen("own:function", "letters", peers=True) == ["ours", "floor"]


def test_engines_may_be_chosen() -> None:
    assert chosen("text.clean", "mixed", "floor", "polars") == ["polars", "floor"]
    assert chosen("text.clean", "mixed", "floor", peers=True) == ["floor"]
    assert chosen("text.generate", "letters", "baseline", "polars") == ["baseline"]
    assert chosen("text.generate", "mixed", "baseline") == []


def test_an_entry_has_the_defaults_but_for_what_it_says_itself() -> None:
    ours, baseline, floor = entries(
        "text.generate", "letters", peers=False, engines=(), repeats=None
    )
    assert floor == Entry("text.generate", "floor", repeats=3, warm_ups=1)
    assert ours == Entry("text.generate", "ours", repeats=3, warm_ups=2, fresh=True)
    assert (baseline.kinds, baseline.warm_ups, baseline.fresh) == (("letters",), 1, False)
    assert (baseline.most_bytes, baseline.multiple) == (128_000_000, 1000)


def test_repeats_may_be_given() -> None:
    found = entries("text.clean", "mixed", peers=True, engines=(), repeats=7)
    assert {one.repeats for one in found} == {7}


def test_what_the_catalogue_cannot_mean_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = tmp_path / "catalogue.yaml"
    wrong.write_text("{defaults: {repeats: 1, warm_ups: 0}, function: {ours: {repeat: 2}}}")
    monkeypatch.setattr(catalogue, "CATALOGUE", wrong)
    with pytest.raises(TypeError, match="repeat"):
        entries("own:function", "mixed", peers=False, engines=(), repeats=None)


@pytest.mark.parametrize("kinds", [["prose"], ["letters", "prose"], [""], []])
def test_an_unknown_kind_is_told_with_those_that_there_are(kinds: list[str]) -> None:
    with pytest.raises(UsageError, match=r"is no kind of text: choose letters, mixed$"):
        check_kinds(kinds)


def test_known_kinds_are_fine() -> None:
    check_kinds(["mixed", "letters"])


def test_an_unknown_engine_is_told_with_those_that_there_are() -> None:
    with pytest.raises(UsageError) as told:
        check_engines(["ours", "pandas"], ["text.clean"], ["mixed"])
    assert str(told.value) == (
        "'pandas' is no engine: choose ours, baseline, floor, polars, duckdb, daft"
    )


@pytest.mark.parametrize(
    ("engines", "workloads", "kinds"),
    [
        (["polars", "daft"], ["text.generate"], ["letters", "mixed"]),
        (["baseline"], ["text.generate"], ["mixed"]),
        (["duckdb"], ["own:function"], ["mixed"]),
    ],
)
def test_engines_without_any_work_are_told(
    engines: list[str], workloads: list[str], kinds: list[str]
) -> None:
    with pytest.raises(UsageError) as told:
        check_engines(engines, workloads, kinds)
    assert str(told.value) == (
        f"{workloads[0]} on {', '.join(kinds)} text is nothing that {', '.join(engines)} can do: "
        "choose other --engines"
    )


def test_engines_with_some_work_are_fine() -> None:
    check_engines(["polars"], ["text.generate", "text.clean"], ["mixed"])
    check_engines([], ["text.generate"], ["mixed"])
