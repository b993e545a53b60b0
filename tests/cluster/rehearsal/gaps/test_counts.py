"""MaxCount counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from moto.ec2.responses.instances import InstanceResponse

from cluster.rehearsal.gaps import counts

Run = Callable[..., list[dict[str, Any]]]


def test_moto_gives_the_least_that_is_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InstanceResponse, "run_instances", counts.UNFILLED)
    assert len(run(1, 5)) == 1


@pytest.mark.parametrize(("least", "most"), [(1, 1), (1, 5), (3, 5), (5, 5)])
def test_as_many_as_may_be_are_given(run: Run, least: int, most: int) -> None:
    counts.fill()
    assert len(run(least, most)) == most
