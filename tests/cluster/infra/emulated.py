"""An emulated AWS to make and take away infra in, with the gaps of moto filled that matter here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto.ec2.models.route_tables import Route, RouteTable
from moto.ec2.models.subnets import SubnetRouteTableAssociation
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ec2.responses import EC2Response
from moto.server import ThreadedMotoServer

REGION, NUMBER = "us-west-2", "123456789012"
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


# What moto 5.2.5 does not know, and what it is to answer: that there are none.
UNKNOWN = {
    "describe_instance_connect_endpoints": "instanceConnectEndpointSet",
    "describe_placement_groups": "placementGroupSet",
}


@contextmanager
def aws() -> Iterator[str]:
    """A server that answers as AWS, which the environment points to; gives its address.

    Its stacks delete their route tables and endpoints too, as CloudFormation's do: moto 5.2.5
    leaves them, and with them the VPC.
    """
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RouteTable, "delete", _route_table, raising=False)
        patch.setattr(Route, "delete", _route, raising=False)
        patch.setattr(SubnetRouteTableAssociation, "delete", _route, raising=False)
        patch.setattr(VPCEndPoint, "delete", _endpoint, raising=False)
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
        try:
            yield address
        finally:
            server.stop()


def client(service: str) -> Any:
    return boto3.client(service, region_name=REGION)


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


def _answering(empty: str) -> Callable[[EC2Response], str]:
    def answer(_self: EC2Response) -> str:
        return f"<Response><{empty}/></Response>"

    return answer
