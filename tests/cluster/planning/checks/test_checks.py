"""Each check finds its broken twin, at its line, and nothing in what is good."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from cluster.planning.checks import CHECKS, check
from cluster.planning.findings import Finding, Level
from cluster.planning.source import read
from commands import ROOT
from tests.cluster.planning.checks.twins import GOOD, TWINS, Twin

OTHER = "provider-other"
CONFIGS = sorted((ROOT / "cluster" / "configs").glob("*.yaml"))


def findings(folder: Path, text: str) -> list[Finding]:
    path = folder / "cluster.yaml"
    path.write_text(text)
    return check(read(path))


def test_nothing_is_found_in_a_good_config(tmp_path: Path) -> None:
    assert findings(tmp_path, GOOD) == []


def test_every_check_has_a_twin() -> None:
    assert {twin.check for twin in TWINS} == set(CHECKS)


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: f"{twin.check}-{twin.line}")
def test_a_check_finds_its_twin_and_no_other_does(tmp_path: Path, twin: Twin) -> None:
    found = findings(tmp_path, twin.text)
    if "type: external" in twin.text and twin.check != OTHER:
        # That a provider is none of Ray's own is told each time.
        found = [one for one in found if one.check != OTHER]
    assert {(one.check, one.level) for one in found} == {(twin.check, twin.level)}
    lines = twin.text.split("\n")
    assert any(twin.line in lines[one.line - 1] for one in found), [one.line for one in found]


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: f"{twin.check}-{twin.line}")
def test_a_finding_says_what_why_and_what_to_do(tmp_path: Path, twin: Twin) -> None:
    for one in findings(tmp_path, twin.text):
        said = one.as_dict()
        assert list(said) == ["level", "check", "file", "line", "reason", "remedy"]
        assert said["file"] == str(tmp_path / "cluster.yaml")
        assert said["reason"] == f"{one.what}: {one.why}"
        assert all((one.what, one.why, one.remedy))
        assert not re.search(r"\.$|\n|None\b|\(\)", f"{one.what}\n{one.remedy}".replace("\n", " "))


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_is_described(name: str) -> None:
    one = CHECKS[name]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert one.level in get_args(Level)
    assert one.body.__doc__
    assert not one.summary.endswith(".")
    assert not one.why.endswith(".")


def test_configs_of_ours_are_there() -> None:
    assert CONFIGS


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_configs_of_ours_have_no_errors_and_no_warnings(path: Path) -> None:
    assert [one for one in check(read(path)) if one.level != "note"] == []


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_config_of_ours_without_its_watcher_is_found(tmp_path: Path, path: Path) -> None:
    watched = path.read_text()
    before, watching, _ = watched.rpartition("  # Has the node drained")
    assert watching
    found = findings(tmp_path, before)
    spot = "MarketType: spot" in watched
    assert ("spot-no-watcher" in {one.check for one in found}) is spot


def test_findings_are_sorted_by_line(tmp_path: Path) -> None:
    text = GOOD.replace("HttpTokens: required", "HttpTokens: optional").replace("CPU: 8", "CPU: 9")
    lines = [one.line for one in findings(tmp_path, text)]
    assert len(lines) == 5
    assert lines == sorted(lines)


def test_a_secret_is_not_repeated(tmp_path: Path) -> None:
    secret = "AKIA" + "ABCDEFGHIJKLMNOP"
    for old, new in (
        ("setup_commands: []", f"setup_commands: {secret}"),
        ("max_workers: 12", f"max_workers: {secret}"),
        ("token_file}", f"token_file}}\n  /x: {{y: {secret}}}"),
    ):
        found = findings(tmp_path, GOOD.replace(old, new, 1))
        assert "secret" in {one.check for one in found}
        assert secret not in str([one.as_dict() for one in found])


def test_a_node_type_that_lacks_two_keys_is_told_once(tmp_path: Path) -> None:
    text = "cluster_name: x\nprovider: {type: gcp}\nhead_node_type: a\n"
    text += "available_node_types:\n  a: {}\n"
    (found,) = [one for one in findings(tmp_path, text) if one.check == "schema"]
    assert (found.line, found.what) == (5, "available_node_types.a lacks resources, node_config")
