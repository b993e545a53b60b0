"""EC2 Instance Connect Endpoints: that there are none is said."""

from __future__ import annotations

import pytest
from moto.ec2.responses import EC2Response

from cluster.rehearsal.gaps import endpoints
from tests.cluster.rehearsal.gaps.conftest import Client


def test_moto_does_not_know_the_call(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(EC2Response, "describe_instance_connect_endpoints", raising=False)
    with pytest.raises(NotImplementedError):
        client("ec2").describe_instance_connect_endpoints()


def test_there_are_none(client: Client) -> None:
    endpoints.fill()
    told = client("ec2").describe_instance_connect_endpoints()
    assert told["InstanceConnectEndpoints"] == []
