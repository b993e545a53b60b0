"""Moto in this process, with nothing in it, and the ways to it of boto3."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

REGION = "us-east-1"
Client = Callable[[str], Any]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Gives clients of an account that nothing is in."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield lambda service: boto3.client(service, region_name=REGION)


@pytest.fixture
def subnet(client: Client) -> str:
    """A subnet of eleven addresses that can be given: AWS keeps five of sixteen."""
    vpc = client("ec2").create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    made = client("ec2").create_subnet(VpcId=vpc, CidrBlock="10.1.0.0/28")
    return str(made["Subnet"]["SubnetId"])


@pytest.fixture
def run(client: Client, subnet: str) -> Callable[..., list[dict[str, Any]]]:
    """RunInstances: gives what was made."""

    def made(least: int, most: int, **more: Any) -> list[dict[str, Any]]:
        where = {} if "NetworkInterfaces" in more else {"SubnetId": subnet}
        told = client("ec2").run_instances(
            ImageId="ami-12c6146b",
            InstanceType="c7i.large",
            MinCount=least,
            MaxCount=most,
            **where,
            **more,
        )
        found: list[dict[str, Any]] = told["Instances"]
        return found

    return made
