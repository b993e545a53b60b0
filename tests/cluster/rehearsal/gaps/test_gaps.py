"""Gaps are filled for one version of moto, as often as one likes."""

from __future__ import annotations

import moto
import pytest
from moto.ec2.responses.instances import InstanceResponse

from cluster.rehearsal import gaps
from errors import ServiceError


def test_another_version_of_moto_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moto, "__version__", "6.0.0")
    with pytest.raises(ServiceError) as raised:
        gaps.fill()
    assert "was tested with moto 5.2.5, and this is 6.0.0" in str(raised.value)


def test_nothing_is_filled_in_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moto, "__version__", "6.0.0")
    monkeypatch.setattr(InstanceResponse, "run_instances", gaps.counts.UNFILLED)
    with pytest.raises(ServiceError):
        gaps.fill()
    assert InstanceResponse.run_instances is gaps.counts.UNFILLED


def test_filled_twice_is_filled_once() -> None:
    gaps.fill()
    before = InstanceResponse.run_instances
    gaps.fill()
    assert InstanceResponse.run_instances is before
    assert before is not gaps.counts.UNFILLED


def test_each_says_what_moto_does_otherwise() -> None:
    assert all(gap.__doc__ for gap in gaps.GAPS)
