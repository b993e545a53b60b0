"""Noticing `ray stop`, of which none is run here: a program of that name sleeps."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.rehearsal.stops import Stops, is_stop


@pytest.fixture
def stopping(tmp_path: Path) -> Iterator[int]:
    """The number of a process that looks like `ray stop`."""
    # What a script is run by stands first, as it does with Ray's own.
    script = tmp_path / "bin" / "ray"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\nsleep 60\n")
    script.chmod(0o755)
    with subprocess.Popen([script, "stop"]) as process:
        yield process.pid
        process.terminate()


def test_one_is_told_once(stopping: int) -> None:
    stops = Stops()
    assert stopping in stops.new()
    assert stopping not in stops.new()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["/opt/ray/bin/python", "/opt/ray/bin/ray", "stop"], True),
        (["ray", "stop", "--force"], True),
        (["python", "-m", "ray.scripts.scripts", "stop"], True),
        (["ray", "start", "--head"], False),
        (["bash", "-c", "ray stop"], False),
        (["xray", "stop"], False),
        (["ray"], False),
        ([], False),
    ],
)
def test_what_counts(words: list[str], expected: bool) -> None:
    assert is_stop(words) == expected
