"""An instance's interface and address go with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from moto.ec2.models.instances import Instance

from cluster.rehearsal.gaps import addresses, counts
from tests.cluster.rehearsal.gaps.conftest import Client

Run = Callable[..., list[dict[str, Any]]]


def interfaces(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client("ec2").describe_network_interfaces()["NetworkInterfaces"]
    return found


def test_moto_leaves_them(client: Client, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Instance, "prep_nics", addresses.UNFILLED)
    (one,) = run(1, 1)
    client("ec2").terminate_instances(InstanceIds=[one["InstanceId"]])
    assert len(interfaces(client)) == 1


def test_they_go_and_an_address_is_given_again(client: Client, run: Run) -> None:
    addresses.fill()
    counts.fill()
    seen = set()
    # Three times eight are more than the eleven that the subnet has.
    for _ in range(3):
        made = run(8, 8)
        seen |= {one["PrivateIpAddress"] for one in made}
        assert len({one["PrivateIpAddress"] for one in made}) == 8
        client("ec2").terminate_instances(InstanceIds=[one["InstanceId"] for one in made])
        assert interfaces(client) == []
    assert len(seen) <= 11


def test_an_interface_of_one_s_own_stays(client: Client, run: Run, subnet: str) -> None:
    addresses.fill()
    made = client("ec2").create_network_interface(SubnetId=subnet)["NetworkInterface"]
    own = made["NetworkInterfaceId"]
    (one,) = run(1, 1, NetworkInterfaces=[{"DeviceIndex": 0, "NetworkInterfaceId": own}])
    client("ec2").terminate_instances(InstanceIds=[one["InstanceId"]])
    assert [one["NetworkInterfaceId"] for one in interfaces(client)] == [own]


def test_one_that_is_to_stay_stays(client: Client, run: Run, subnet: str) -> None:
    addresses.fill()
    wanted = [{"DeviceIndex": 0, "SubnetId": subnet, "DeleteOnTermination": False}]
    (one,) = run(1, 1, NetworkInterfaces=wanted)
    client("ec2").terminate_instances(InstanceIds=[one["InstanceId"]])
    assert len(interfaces(client)) == 1
