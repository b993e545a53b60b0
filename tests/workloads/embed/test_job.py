"""What a job of vectors goes by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workloads.embed import job
from workloads.files.tuning import TUNING


@pytest.mark.parametrize(("precision", "cpus"), [("float32", 2), ("bfloat16", 2), ("int8", 3)])
def test_int8_has_a_tuning_of_its_own(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, precision: str, cpus: int
) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(job, "transform", lambda *_, **options: given.update(options))
    said = {job.FUNCTION: {"cpus": 2}, f"{job.FUNCTION}_int8": {"cpus": 3}}
    monkeypatch.setenv(TUNING, json.dumps(said))
    job.make_vectors("in", "out", model=str(tiny), precision=precision)
    assert given["tuning"] == job.DEFAULTS.changed({"cpus": cpus})
