"""Which instance is at an address."""

from __future__ import annotations

from dataclasses import replace

from cluster.rehearsal.machines import at
from tests.cluster.rehearsal.machines import ON_DEMAND, SPOT


def test_an_instance_that_was_ended_is_at_its_address_until_another_is() -> None:
    ended = replace(SPOT, number="i-ended", state="terminated")
    later = replace(SPOT, number="i-later", state="shutting-down")
    assert at(SPOT.address, [ended, later, ON_DEMAND]) is later
    assert at(SPOT.address, [SPOT, ended, later]) is SPOT
    assert at(SPOT.address, [ended, SPOT]) is SPOT
    assert at("10.0.0.99", [ended, SPOT]) is None
