"""What a node type may say of its fleet."""

from __future__ import annotations

import math
from typing import Any

import pytest

from cluster.node.fleet.wish import REMEMBER_SECONDS, wish
from errors import UsageError

TYPES = ["r7i.2xlarge", "r6i.2xlarge"]


def node(fleet: Any, **more: Any) -> dict[str, Any]:
    return {"InstanceType": TYPES[0], "SubnetIds": ["one", "two"], "Fleet": fleet, **more}


def test_without_the_key_there_is_none() -> None:
    assert wish({"InstanceType": "r7i.2xlarge"}) is None


def test_what_is_not_said_is_at_once_and_for_three_minutes() -> None:
    spot = {"InstanceMarketOptions": {"MarketType": "spot"}}
    found = wish(node({"InstanceTypes": TYPES}, **spot))
    assert found is not None
    assert (found.instance_types, found.subnets) == (tuple(TYPES), ("one", "two"))
    assert (found.on_demand_after, found.remember) == (0, REMEMBER_SECONDS)
    assert found.spot


def test_never_is_later_than_any_time() -> None:
    found = wish(node({"InstanceTypes": TYPES, "OnDemandAfterSeconds": "never"}))
    assert found is not None
    assert found.on_demand_after == math.inf
    assert not found.spot


@pytest.mark.parametrize(
    ("fleet", "said"),
    [
        ([], "Fleet is []: write"),
        ({}, "InstanceTypes is None: write a list"),
        ({"InstanceTypes": []}, "InstanceTypes is [] *: write a list"),
        ({"InstanceTypes": "r7i.2xlarge"}, "write a list"),
        ({"InstanceTypes": [*TYPES, TYPES[0]]}, "names a type twice"),
        ({"InstanceTypes": TYPES[::-1]}, "begins with r6i.2xlarge"),
        ({"InstanceTypes": TYPES, "Types": []}, "has Types, which means nothing"),
        ({"InstanceTypes": TYPES, "OnDemandAfterSeconds": -1}, "is -1: write seconds.*or never"),
        ({"InstanceTypes": TYPES, "OnDemandAfterSeconds": True}, "is True: write seconds"),
        ({"InstanceTypes": TYPES, "RememberSeconds": "never"}, "is 'never': write seconds"),
        ({"InstanceTypes": TYPES, "RememberSeconds": math.nan}, "is nan: write seconds"),
    ],
)
def test_what_cannot_be_is_told(fleet: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said.replace("[]", r"\[\]")):
        wish(node(fleet))


def test_interfaces_of_their_own_are_refused() -> None:
    with pytest.raises(UsageError, match="do not go together"):
        wish(node({"InstanceTypes": TYPES}, NetworkInterfaces=[{}]))


def test_a_template_of_its_own_is_refused() -> None:
    with pytest.raises(UsageError, match="LaunchTemplate do not go together"):
        wish(node({"InstanceTypes": TYPES}, LaunchTemplate={"LaunchTemplateName": "mine"}))


@pytest.mark.parametrize("subnets", [None, []])
def test_subnets_are_to_be_named(subnets: Any) -> None:
    with pytest.raises(UsageError, match="Fleet has no SubnetIds: write one in each zone"):
        wish(node({"InstanceTypes": TYPES}, SubnetIds=subnets))
