"""A stack that is deleted takes along what it made."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.ec2.models.elastic_ip_addresses import ElasticAddress
from moto.ec2.models.internet_gateways import InternetGateway
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.models.route_tables import Route, RouteTable
from moto.ec2.models.subnets import SubnetRouteTableAssociation
from moto.ec2.models.vpcs import VPCEndPoint

from cluster.rehearsal.gaps import stacks
from tests.cluster.rehearsal.gaps.conftest import REGION, Client

KINDS = (
    ElasticAddress,
    InternetGateway,
    NatGateway,
    Route,
    RouteTable,
    SubnetRouteTableAssociation,
    VPCEndPoint,
)


def ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def resource(kind: str, **properties: object) -> dict[str, object]:
    return {"Type": f"AWS::EC2::{kind}", "Properties": properties}


TEMPLATE = {
    "Resources": {
        "Vpc": resource("VPC", CidrBlock="10.1.0.0/16"),
        "Gateway": resource("InternetGateway"),
        "Attached": resource(
            "VPCGatewayAttachment", VpcId=ref("Vpc"), InternetGatewayId=ref("Gateway")
        ),
        "Subnet": resource("Subnet", VpcId=ref("Vpc"), CidrBlock="10.1.0.0/24"),
        "Address": resource("EIP", Domain="vpc"),
        "Nat": resource(
            "NatGateway",
            SubnetId=ref("Subnet"),
            AllocationId={"Fn::GetAtt": ["Address", "AllocationId"]},
        ),
        "Table": resource("RouteTable", VpcId=ref("Vpc")),
        "Way": resource(
            "Route",
            RouteTableId=ref("Table"),
            DestinationCidrBlock="0.0.0.0/0",
            NatGatewayId=ref("Nat"),
        ),
        "Associated": resource(
            "SubnetRouteTableAssociation", SubnetId=ref("Subnet"), RouteTableId=ref("Table")
        ),
        "Storage": resource(
            "VPCEndpoint",
            VpcId=ref("Vpc"),
            VpcEndpointType="Gateway",
            ServiceName=f"com.amazonaws.{REGION}.s3",
            RouteTableIds=[ref("Table")],
        ),
    }
}


def there(client: Client) -> dict[str, list[str]]:
    """What there is of each kind, by its id; the VPC that each region has is left out."""
    ec2 = client("ec2")
    vpcs = ec2.describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.1.0.0/16"]}])["Vpcs"]
    mine: Any = [{"Name": "vpc-id", "Values": [one["VpcId"] for one in vpcs] or ["none"]}]
    nats = ec2.describe_nat_gateways()["NatGateways"]
    endpoints = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    return {
        "vpc": [one["VpcId"] for one in vpcs],
        "gateway": [
            one["InternetGatewayId"] for one in ec2.describe_internet_gateways()["InternetGateways"]
        ],
        "subnet": [one["SubnetId"] for one in ec2.describe_subnets(Filters=mine)["Subnets"]],
        "address": [one["AllocationId"] for one in ec2.describe_addresses()["Addresses"]],
        "nat": [one["NatGatewayId"] for one in nats if one["State"] != "deleted"],
        "table": [
            one["RouteTableId"] for one in ec2.describe_route_tables(Filters=mine)["RouteTables"]
        ],
        "endpoint": [one["VpcEndpointId"] for one in endpoints if one["State"] != "deleted"],
    }


def make(client: Client) -> None:
    """A stack, all of which is there."""
    client("cloudformation").create_stack(StackName="one", TemplateBody=json.dumps(TEMPLATE))
    assert all(there(client).values()), there(client)


def test_moto_leaves_the_vpc(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in KINDS:
        if "delete" in vars(kind):
            monkeypatch.delattr(kind, "delete")
    make(client)
    with suppress(ClientError):
        client("cloudformation").delete_stack(StackName="one")
    assert there(client)["vpc"]


def test_nothing_is_left(client: Client) -> None:
    stacks.fill()
    # The second time, there is what a first one left.
    for _ in range(2):
        make(client)
        client("cloudformation").delete_stack(StackName="one")
        assert not any(there(client).values()), there(client)
