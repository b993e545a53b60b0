"""`./invoke launch`: what it refuses. What it starts is looked at in tests/cluster."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from invoke.context import Context
from invoke.exceptions import Exit

from cluster.launched import recall
from commands.launch import launch
from images.engine import Engine
from tests.cluster.minis import Mini


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--amd64", "0", "--arm64", "0"], "a cluster without workers does no work: give --amd64"),
        (["--amd64=-2"], "--amd64 -2 is less than none"),
    ],
)
def test_misuse_is_told_and_nothing_is_started(
    engine: Engine, tmp_path: Path, arguments: list[str], said: str
) -> None:
    mini = Mini("ray-on-aws-test-misuse", tmp_path, engine)
    done = mini.invoke("launch", *arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.startswith(f"error: {said}")
    assert done.stderr.count("\n") == 1
    assert mini.left() == []


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without an engine, and without anything of AWS's; the network is not asked."""

    def refuse(*_given: Any) -> None:
        raise AssertionError("something is asked for over a socket")

    for name in [one for one in os.environ if one.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"target": "moon"}, "'moon' is no target: choose compose, rehearsal, aws"),
        ({"target": ""}, "'' is no target: choose compose, rehearsal, aws"),
        ({"cluster": "spot"}, "--cluster means nothing with --target compose"),
        (
            {"region": "us-east-1", "show": True, "yes": True},
            "--region, --show, --yes means nothing with --target compose",
        ),
        ({"minutes": 3}, "--minutes means nothing with --target compose"),
        ({"minutes": 0, "target": "aws"}, "--minutes 0 leaves no time for workers: give 1 or more"),
        ({"target": "aws", "amd64": 2}, "--amd64 means nothing with --target aws"),
        ({"target": "rehearsal", "arm64": 0}, "--arm64 means nothing with --target rehearsal"),
        (
            {"target": "rehearsal", "cluster": "spot", "image": "x", "through": "direct"},
            "--image, --through means nothing with --target rehearsal",
        ),
        ({"target": "rehearsal"}, "which cluster? give --cluster, such as --cluster spot"),
        ({"target": "rehearsal", "cluster": "spto"}, "'spto' is no cluster config: choose archit"),
        ({"target": "aws"}, "which cluster? give --cluster, such as --cluster spot"),
        ({"target": "aws", "cluster": "spto"}, "'spto' is no cluster config: choose architectures"),
        ({"target": "aws", "cluster": "spot"}, "no AWS region is named: give --region, set AWS_"),
        (
            {"target": "aws", "cluster": "spot", "region": "us-west2"},
            "'us-west2' is no AWS region, such as us-east-1: did you mean us-west-2?",
        ),
        (
            {"target": "aws", "cluster": "spot", "region": "us-west-2"},
            "asking whose credentials these are: no AWS credentials are found: run aws configure",
        ),
        (
            {"target": "aws", "cluster": "spot", "profile": "nobody"},
            "looking up the region: The config profile (nobody) could not be found: aws configure",
        ),
    ],
)
def test_misuse_is_told_on_a_machine_that_has_nothing(
    kept: Path, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(Exit) as told:
        launch(Context(), **options)
    assert told.value.code == 2
    assert str(told.value).startswith(f"error: {said}")
    assert "\n" not in str(told.value)
    assert recall(kept) is None
