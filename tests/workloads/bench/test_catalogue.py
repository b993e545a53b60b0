import importlib
import inspect
import re
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest
import yaml

from errors import UsageError
from workloads.bench import catalogue, families
from workloads.bench.catalogue import (
    CATALOGUE,
    Entry,
    check_engines,
    check_kinds,
    entries,
    kinds_of,
    left_out,
    named,
    workload_names,
)
from workloads.files.places import Folder

CONTENT = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
DOING = {**CONTENT["workloads"], "function": CONTENT["function"]}
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
        ("all", list(CONTENT["workloads"])),
    ],
)
def test_a_name_stands_for_workloads(wanted: str, found: list[str]) -> None:
    assert workload_names(wanted) == found


@pytest.mark.parametrize("wanted", ["", "texts", "text.", "clean", "TEXT"])
def test_an_unknown_workload_is_told_with_those_that_there_are(wanted: str) -> None:
    with pytest.raises(UsageError) as told:
        workload_names(wanted)
    assert str(told.value) == (
        f"'{wanted}' is no workload: choose text, text.generate, text.clean, image, "
        "image.tensors, audio, audio.features, embed, embed.sentences, embed.sentences_int8, "
        "dedup, dedup.exact, dedup.minhash, aggregate, aggregate.labels, all, or a function of "
        "yours as module:function"
    )


def test_several_workloads_are_named_by_commas() -> None:
    assert named("text.clean, own:function,text") == ["text.clean", "own:function", "text.generate"]
    with pytest.raises(UsageError, match="'' is no workload"):
        named("text,")


def test_the_catalogue_is_what_it_is_said_to_be() -> None:
    said = set(re.findall(r"^#   (\w+)  ", CATALOGUE.read_text(encoding="utf-8"), re.M))
    assert said == OF_THE_CATALOGUE
    assert set(CONTENT) == {"defaults", "workloads", "function", "needs"}
    assert set(CONTENT["defaults"]) <= OF_THE_CATALOGUE
    for doing in DOING.values():
        assert all(set(options) <= OF_THE_CATALOGUE for options in doing.values())
    engines = {engine for doing in DOING.values() for engine in doing} - {"defaults"}
    assert engines == {"ours", "baseline", "floor", "float32", *CONTENT["needs"]}


def parameters(function: Callable[..., object]) -> int:
    return len(inspect.signature(function).parameters)


@pytest.mark.parametrize("name", dict.fromkeys(name.split(".")[0] for name in CONTENT["workloads"]))
def test_a_family_has_what_families_have(name: str) -> None:
    family = families.find(name)
    assert family.KINDS
    for kind in family.KINDS:
        spec = family.spec(1_000_000, kind, seed=3)
        assert (spec.kind, spec.seed) == (kind, 3)
        assert spec.rows > 0
        assert spec.size > 0
        assert spec == family.spec(1_000_000, kind, seed=3)
        assert spec != family.spec(1_000_000, kind, seed=4)
        assert len({task.name for task in spec.tasks(Folder.of("nowhere"), "snappy")}) >= 1
    assert (parameters(family.sample), parameters(family.compare)) == (1, 2)


@pytest.mark.parametrize(
    ("workload", "engine"),
    [
        (workload, engine)
        for workload in CONTENT["workloads"]
        for engine in CONTENT["workloads"][workload]
        if engine != "defaults"
    ],
)
def test_an_engine_has_the_functions_that_its_workloads_need(workload: str, engine: str) -> None:
    family, verb = workload.split(".")
    there = "workloads.bench.engines"
    assert parameters(importlib.import_module(f"{there}.{engine}").start) == 0
    module = importlib.import_module(f"{there}.{family}.{engine}")
    assert parameters(getattr(module, verb)) == 2


@pytest.mark.parametrize("engine", CONTENT["function"].keys() - {"defaults"})
def test_an_engine_takes_functions_of_users(engine: str) -> None:
    module = importlib.import_module(f"workloads.bench.engines.{engine}")
    assert parameters(module.transform) == 3


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
    assert floor == Entry("text.generate", "floor", repeats=3, warm_ups=1, makes=True)
    assert ours == Entry("text.generate", "ours", repeats=3, warm_ups=2, fresh=True, makes=True)
    assert (baseline.kinds, baseline.warm_ups, baseline.fresh) == (("letters",), 1, False)
    assert (baseline.most_bytes, baseline.multiple) == (128_000_000, 1000)


def test_a_workload_may_be_given_less_than_is_asked_for() -> None:
    usual = Entry("text.clean", "ours", repeats=1, warm_ups=0)
    assert usual.size(1000) == 1000
    part = replace(usual, share=0.25)
    assert (part.size(1000), part.size(1)) == (250, 1)
    assert replace(part, most_bytes=300).size(1000) == 250
    assert replace(part, most_bytes=100).size(1000) == 100


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


@pytest.mark.parametrize("kinds", [["prose"], ["letters", "prose"], [""]])
def test_an_unknown_kind_is_told_with_those_that_there_are(kinds: list[str]) -> None:
    with pytest.raises(UsageError, match=r"is no kind of text: choose letters, mixed$"):
        check_kinds(kinds, ["text.clean", "own:function"])


@pytest.mark.parametrize("kinds", [["mixed", "letters"], ["mixed"], []])
def test_known_kinds_are_fine(kinds: list[str]) -> None:
    check_kinds(kinds, ["text.clean"])


class Photographs:
    """A family of another kind of data."""

    KINDS = ("flat", "mixed")


@pytest.fixture
def two_families(monkeypatch: pytest.MonkeyPatch) -> None:
    find = families.find
    monkeypatch.setattr(families, "find", lambda name: Photographs if name == "art" else find(name))


@pytest.mark.usefixtures("two_families")
def test_each_family_is_done_on_the_kinds_that_it_has() -> None:
    assert kinds_of("text.clean", []) == ["letters", "mixed"]
    assert kinds_of("art.copy", []) == ["flat", "mixed"]
    assert kinds_of("art.copy", ["letters"]) == []
    assert kinds_of("own:function", ["mixed", "flat"]) == ["mixed"]


@pytest.mark.usefixtures("two_families")
def test_a_kind_is_refused_only_where_no_family_has_it() -> None:
    check_kinds(["flat", "letters"], ["text.clean", "art.copy"])
    with pytest.raises(UsageError) as told:
        check_kinds(["flat", "round"], ["text.clean", "art.copy"])
    assert str(told.value) == ("'round' is no kind of text or art: choose letters, mixed, flat")


def test_an_unknown_engine_is_told_with_those_that_there_are() -> None:
    with pytest.raises(UsageError) as told:
        check_engines(["ours", "pandas"], ["text.clean"], ["mixed"])
    assert str(told.value) == (
        "'pandas' is no engine: choose ours, baseline, floor, polars, duckdb, daft, float32, spark"
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
        f"{workloads[0]} on {', '.join(kinds)} is nothing that {', '.join(engines)} can do: "
        "choose other --engines"
    )


def test_engines_with_some_work_are_fine() -> None:
    check_engines(["polars"], ["text.generate", "text.clean"], ["mixed"])
    check_engines([], ["text.generate"], ["mixed"])
    check_engines(["polars"], ["text.clean"], [])


@pytest.fixture
def needy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue whose peers need what is not there."""
    file = tmp_path / "catalogue.yaml"
    file.write_text("""
defaults: {repeats: 1, warm_ups: 0}
workloads:
  text.clean: {ours: {}, packed: {peer: true}, brewed: {peer: true}, both: {peer: true}}
needs:
  packed: {package: no_such_package}
  brewed: {package: json, program: no-such-program}
  both: {package: no_such_package, program: no-such-program}
""")
    monkeypatch.setattr(catalogue, "CATALOGUE", file)


@pytest.mark.usefixtures("needy")
def test_a_peer_that_is_not_installed_is_left_out_with_a_sentence() -> None:
    assert chosen("text.clean", "mixed", peers=True) == ["ours"]
    assert left_out(["text.clean"], peers=False, engines=()) == []
    assert left_out(["text.clean"], peers=True, engines=()) == [
        "packed is left out: the package no_such_package is not installed",
        "brewed is left out: there is no program no-such-program",
        "both is left out: the package no_such_package is not installed and "
        "there is no program no-such-program",
    ]
    check_engines(["ours", "brewed"], ["text.clean"], ["mixed"])
    assert len(left_out(["text.clean"], peers=False, engines=["ours", "brewed"])) == 1


@pytest.mark.usefixtures("needy")
def test_only_peers_that_are_not_installed_are_nothing_to_measure() -> None:
    with pytest.raises(UsageError) as told:
        check_engines(["packed"], ["text.clean"], ["mixed"])
    assert str(told.value) == (
        "packed is left out: the package no_such_package is not installed: choose other --engines"
    )


def test_a_program_is_found_where_java_is_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "catalogue.yaml"
    file.write_text(
        "{defaults: {repeats: 1, warm_ups: 0}, workloads: {text.clean: {own: {}}}, "
        "needs: {own: {program: no-such-program}}}"
    )
    monkeypatch.setattr(catalogue, "CATALOGUE", file)
    assert chosen("text.clean", "mixed") == []
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/no-such-program").touch(mode=0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert chosen("text.clean", "mixed") == ["own"]
