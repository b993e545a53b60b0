"""What is made of an answer of EC2, as AWS gives them and moto does not."""

from __future__ import annotations

from typing import Any

import pytest

from cluster.node.fleet.filling import Why
from cluster.node.fleet.pools import Pool
from cluster.node.fleet.request import answer, refused_whole

ONE, TWO = Pool("a", "one", "spot"), Pool("b", "two", "spot")


def about(pool: Pool, **more: Any) -> dict[str, Any]:
    overrides = {"InstanceType": pool.instance_type, "SubnetId": pool.subnet}
    return {"LaunchTemplateAndOverrides": {"Overrides": overrides}, **more}


def test_instances_and_errors_are_those_of_their_pools() -> None:
    told = {
        "Instances": [about(TWO, InstanceIds=["i-1", "i-2"]), about(TWO, InstanceIds=["i-3"])],
        "Errors": [about(ONE, ErrorCode="UnfulfillableCapacity", ErrorMessage="none")],
    }
    found = answer([ONE, TWO], told)
    assert found.made == {TWO: ["i-1", "i-2", "i-3"]}
    assert [(one.pool, one.why) for one in found.refused] == [(ONE, Why.UNTRIED)]


def test_an_error_without_a_pool_is_about_those_that_gave_nothing() -> None:
    wrong = {"ErrorCode": "InsufficientInstanceCapacity"}
    told = {"Instances": [about(TWO, InstanceIds=["i-1"])], "Errors": [wrong]}
    assert [one.pool for one in answer([ONE, TWO], told).refused] == [ONE]
    assert [one.pool for one in answer([ONE, TWO], {"Errors": [wrong]}).refused] == [ONE, TWO]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("InsufficientInstanceCapacity", Why.DRY),
        ("InvalidFleetConfiguration", Why.DRY),
        ("MaxSpotInstanceCountExceeded", Why.DRY),
        ("UnfulfillableCapacity", Why.UNTRIED),
        ("RequestLimitExceeded", Why.BUSY),
        ("UnauthorizedOperation", Why.WRONG),
        ("InvalidParameterCombination", Why.WRONG),
        ("InternalError", Why.OTHER),
    ],
)
def test_what_a_refusal_is_about(code: str, why: Why) -> None:
    (found,) = answer([ONE, TWO], {"Errors": [about(ONE, ErrorCode=code)]}).refused
    assert (found.pool, found.why) == (ONE, why)


def test_a_call_that_fails_as_a_whole_is_about_each_pool() -> None:
    found = refused_whole([ONE, TWO], "InternalError", "Oh.")
    assert [(one.pool, one.why) for one in found.refused] == [(ONE, Why.WRONG), (TWO, Why.WRONG)]
    assert {one.why for one in refused_whole([ONE], "RequestLimitExceeded", "").refused} == {
        Why.BUSY
    }


def test_an_answer_without_either_is_none() -> None:
    assert answer([ONE], {"FleetId": "fleet-1"}).numbers == []
