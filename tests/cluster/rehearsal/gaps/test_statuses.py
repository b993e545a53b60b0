"""DescribeInstanceStatus says what was seen of an instance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cluster.rehearsal.gaps import statuses
from tests.cluster.rehearsal.gaps.conftest import Client

Run = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def seen() -> Iterator[dict[str, str]]:
    """What is seen of instances, by id; of others, that they are well."""
    told: dict[str, str] = {}
    statuses.fill()
    statuses.ask(lambda number: told.get(number, statuses.PASSED))
    yield told
    statuses.ask(statuses.well)


def test_each_says_how_it_is(client: Client, run: Run, seen: dict[str, str]) -> None:
    booting, hung, well = (run(1, 1)[0]["InstanceId"] for _ in range(3))
    seen |= {booting: statuses.INITIALIZING, hung: statuses.FAILED}
    told = {
        one["InstanceId"]: (one["InstanceStatus"]["Status"], one["SystemStatus"]["Status"])
        for one in client("ec2").describe_instance_status()["InstanceStatuses"]
    }
    assert told == {
        booting: ("initializing", "initializing"),
        hung: ("impaired", "ok"),
        well: ("ok", "ok"),
    }


def test_since_when_it_hangs_is_said(client: Client, run: Run, seen: dict[str, str]) -> None:
    number = run(1, 1)[0]["InstanceId"]
    seen[number] = statuses.FAILED
    (told,) = client("ec2").describe_instance_status()["InstanceStatuses"]
    (check,) = told["InstanceStatus"]["Details"]
    assert (check["Name"], check["Status"]) == ("reachability", "failed")
    assert check["ImpairedSince"]
    assert "ImpairedSince" not in told["SystemStatus"]["Details"][0]


def test_what_ended_has_none(client: Client, run: Run, seen: dict[str, str]) -> None:
    number = run(1, 1)[0]["InstanceId"]
    client("ec2").terminate_instances(InstanceIds=[number])
    seen[number] = statuses.FAILED
    assert client("ec2").describe_instance_status()["InstanceStatuses"] == []
    (told,) = client("ec2").describe_instance_status(IncludeAllInstances=True)["InstanceStatuses"]
    assert told["InstanceStatus"] == {"Status": "not-applicable"}
