"""An emulated AWS to make and take away infra in, with the gaps of moto filled that matter here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
import requests
from moto.ec2.models.elastic_ip_addresses import ElasticAddress
from moto.ec2.models.internet_gateways import InternetGateway
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.models.route_tables import Route, RouteTable
from moto.ec2.models.subnets import SubnetRouteTableAssociation
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ec2.responses import EC2Response
from moto.server import ThreadedMotoServer

REGION, NUMBER = "us-west-2", "123456789012"
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


def _route_table(self: RouteTable, _account: str, _region: str) -> None:
    if self.id in self.ec2_backend.route_tables:  # the last may have gone with the VPC
        for association in list(self.associations):
            self.ec2_backend.disassociate_route_table(association)
        self.ec2_backend.delete_route_table(self.id)


def _route(self: Route | SubnetRouteTableAssociation, _account: str, _region: str) -> None:
    """Gone with its table, which moto deletes in any order."""


def _endpoint(self: VPCEndPoint, _account: str, _region: str) -> None:
    there = self.ec2_backend.route_tables
    self.route_table_ids = [table for table in self.route_table_ids or [] if table in there]
    self.ec2_backend.delete_vpc_endpoints([self.id])


def _nat(self: NatGateway, _account: str, _region: str) -> None:
    self.ec2_backend.delete_nat_gateway(self.id)


def _internet(self: InternetGateway, _account: str, _region: str) -> None:
    if self.vpc is not None:
        self.ec2_backend.detach_internet_gateway(self.id, self.vpc.id)
    self.ec2_backend.delete_internet_gateway(self.id)


def _address(self: ElasticAddress, _account: str, _region: str) -> None:
    self.ec2_backend.release_address(allocation_id=self.allocation_id)


# What CloudFormation deletes with a stack and moto 5.2.5 leaves, and with it the VPC.
DELETES = {
    ElasticAddress: _address,
    InternetGateway: _internet,
    NatGateway: _nat,
    Route: _route,
    RouteTable: _route_table,
    SubnetRouteTableAssociation: _route,
    VPCEndPoint: _endpoint,
}
# What moto 5.2.5 does not know, and what it is to answer: that there are none.
UNKNOWN = {
    "describe_instance_connect_endpoints": "instanceConnectEndpointSet",
    "describe_placement_groups": "placementGroupSet",
}


@contextmanager
def aws() -> Iterator[str]:
    """A server that answers as AWS, which the environment points to; gives its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    with pytest.MonkeyPatch.context() as patch:
        for kind, delete in DELETES.items():
            patch.setattr(kind, "delete", delete, raising=False)
        for missing, empty in UNKNOWN.items():
            patch.setattr(EC2Response, missing, _answering(empty), raising=False)
        for name in list(os.environ):
            if name.startswith("AWS_"):
                patch.delenv(name)
        server.start()
        host, port = server.get_host_and_port()
        address = f"http://{host}:{port}"
        for name, value in {**KEYS, "AWS_ENDPOINT_URL": address}.items():
            patch.setenv(name, value)
        requests.post(f"{address}/moto-api/reset", timeout=10)
        try:
            yield address
        finally:
            server.stop()


def client(service: str) -> Any:
    return boto3.client(service, region_name=REGION)


def _answering(empty: str) -> Callable[[EC2Response], str]:
    def answer(_self: EC2Response) -> str:
        return f"<Response><{empty}/></Response>"

    return answer
