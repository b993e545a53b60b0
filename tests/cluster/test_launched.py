"""The cluster that was launched is remembered, and forgotten."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.launched import RECORD, Launched, Remote, forget, recall, remember
from errors import UsageError
from tests.cluster.infra.emulated import REGION

ONE = Launched(
    target="compose",
    name="a cluster",
    dashboard="http://127.0.0.1:8265",
    token_file="/nowhere/token",
    storage="s3://ray-on-aws",
    store="http://127.0.0.1:9000",
    measured="intel",
)

REMOTE = Remote(
    region=REGION,
    profile="",
    infra="lab",
    config="/nowhere/cluster.yaml",
    key="/nowhere/ssh-key",
    proxy="env true %h %p",
)


def test_it_is_remembered_until_it_is_forgotten(tmp_path: Path) -> None:
    assert recall(tmp_path) is None
    remember(tmp_path, ONE)
    assert recall(tmp_path) == ONE
    forget(tmp_path)
    forget(tmp_path)
    assert recall(tmp_path) is None


def test_the_token_itself_is_not_written_down(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("very secret\n")
    launched = Launched(**(vars(ONE) | {"token_file": str(tmp_path / "token")}))
    remember(tmp_path, launched)
    assert launched.token == "very secret"
    assert "very secret" not in (tmp_path / "cluster.json").read_text()


def test_one_of_a_version_that_did_not_know_its_config_is_still_reached(tmp_path: Path) -> None:
    remember(tmp_path, replace(ONE, remote=REMOTE))
    told = json.loads((tmp_path / RECORD).read_text())
    for name in ("source", "image", "through"):
        assert told["remote"].pop(name) == ""
    (tmp_path / RECORD).write_text(json.dumps(told))
    assert recall(tmp_path) == replace(ONE, remote=REMOTE)


@given(st.builds(Launched, remote=st.none() | st.builds(Remote)))
def test_whatever_it_is_it_is_remembered_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, launched: Launched
) -> None:
    folder = tmp_path_factory.mktemp("state")
    remember(folder, launched)
    assert recall(folder) == launched


def test_where_it_is_on_ec2_is_remembered_too(tmp_path: Path) -> None:
    there = replace(ONE, target="aws", remote=REMOTE)
    remember(tmp_path, there)
    assert recall(tmp_path) == there


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"target": "compose"}', "[]", '"spot"', '{"name": "x", "colour": "red"}'],
)
def test_what_another_version_wrote_is_told_with_its_file(tmp_path: Path, text: str) -> None:
    (tmp_path / RECORD).write_text(text)
    with pytest.raises(UsageError) as told:
        recall(tmp_path)
    assert str(told.value).startswith(f"{tmp_path / RECORD} is not what launch wrote (")
    assert "./invoke down of the version that wrote it takes its cluster away" in str(told.value)


def test_a_token_that_is_refused_is_told_with_its_file() -> None:
    assert ONE.refusal.startswith("the cluster at http://127.0.0.1:8265 refuses the token in /now")
