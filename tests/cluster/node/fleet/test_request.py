"""What is made of an answer of EC2, as AWS gives them and moto does not."""

from __future__ import annotations

from typing import Any

from cluster.node.fleet.pools import Pool
from cluster.node.fleet.request import answer

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
    assert [(one.pool, one.dry) for one in found.refused] == [(ONE, True)]


def test_an_error_without_a_pool_is_about_those_that_gave_nothing() -> None:
    wrong = {"ErrorCode": "InsufficientInstanceCapacity"}
    told = {"Instances": [about(TWO, InstanceIds=["i-1"])], "Errors": [wrong]}
    assert [one.pool for one in answer([ONE, TWO], told).refused] == [ONE]
    assert [one.pool for one in answer([ONE, TWO], {"Errors": [wrong]}).refused] == [ONE, TWO]


def test_what_is_wrong_with_the_call_is_told_apart() -> None:
    errors = [about(ONE, ErrorCode="RequestLimitExceeded"), about(TWO, ErrorCode="Unsupported")]
    found = answer([ONE, TWO], {"Errors": errors})
    assert [one.dry for one in found.refused] == [False, True]


def test_an_answer_without_either_is_none() -> None:
    assert answer([ONE], {"FleetId": "fleet-1"}).numbers == []
