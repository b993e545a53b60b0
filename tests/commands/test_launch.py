"""`./invoke launch`: what it refuses. What it starts is looked at in tests/cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from images.engine import Engine
from tests.cluster.minis import Mini


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--target", "moon"], "'moon' is no target: choose compose"),
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
