"""Ray's scheduler answers as it was written down, and the quick one answers the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from cluster.planning.forecast.counted import Counted
from cluster.planning.forecast.decision import Scheduler
from cluster.planning.forecast.nodes import Cluster
from cluster.planning.forecast.plain import Plain
from tests.cluster.planning.forecast.record import CASES, replies


@pytest.mark.parametrize("kind", [Plain, Counted])
@pytest.mark.parametrize("file", sorted(CASES.glob("*.yaml")), ids=lambda file: file.stem)
def test_a_recorded_case(file: Path, kind: Callable[[Cluster], Scheduler]) -> None:
    case = yaml.safe_load(file.read_text())
    assert case["replies"]
    assert replies(case, kind) == case["replies"]
